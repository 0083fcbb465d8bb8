use crate::files::{objects, read, tests};
use crate::waits::fixed_waits;

/// The measure: the seed's fixed waits over ours, at least five.
#[test]
fn the_chart_waits_a_fifth_of_the_seed_s_at_most() {
    let seed = fixed_waits(&objects(&read(&tests().join("seed/rendered.yaml"))));
    let ours = fixed_waits(&objects(&read(&tests().join("expected/store-instance/provisioned.yaml"))));
    // Database 5 + 5, the waiting container's sleep 2, application 10 + 5.
    assert_eq!(seed, 27);
    assert!(ours > 0 && seed >= 5 * ours, "seed {seed} s, ours {ours} s");
}
