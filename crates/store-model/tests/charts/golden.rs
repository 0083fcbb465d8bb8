use crate::files::{cases, expect_file, tests};
use crate::helm;

#[test]
fn every_case_renders_as_expected() {
    for case in cases("cases") {
        let path = tests().join("expected").join(case.chart).join(format!("{}.yaml", case.name));
        expect_file(&path, &helm::render_case(&case));
    }
}

#[test]
fn every_refusal_names_the_cure() {
    for case in cases("refused") {
        let expected =
            case.refused.as_deref().unwrap_or_else(|| panic!("{} has no `# refused:` line", case.path.display()));
        match helm::render(case.directory, &case.values(), &[]) {
            Ok(_) => panic!("{} was rendered; it must be refused with: {expected}", case.path.display()),
            Err(said) => {
                assert!(said.contains(expected), "{}\n  expected {expected}\n  said     {said}", case.path.display());
            }
        }
    }
}

/// No clock and no dice: a second look gives the same bytes.
#[test]
fn rendering_is_deterministic() {
    for case in cases("cases") {
        assert!(helm::render_case(&case) == helm::render_afresh(&case), "{}", case.path.display());
    }
}
