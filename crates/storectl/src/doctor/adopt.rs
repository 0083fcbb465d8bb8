//! Rows made again for stores that the platform's database does not know any more.

use store_api::{AdoptionOutcome, AdoptionReport, AdoptionView, OrphanView};

use crate::cli::Adopt;
use crate::failure::Failure;
use crate::output::{Output, plain, table};
use crate::session::Session;

/// What has to be typed, so that nobody adopts by a key that was pressed too long.
const WORD: &str = "adopt";

pub async fn run(session: &Session, adopt: Adopt, output: &Output) -> Result<(), Failure> {
    let Adopt { namespace, yes } = adopt;
    if let Some(namespace) = &namespace {
        confirm(yes, &format!("This makes a row for the store in {}.", plain(namespace)))?;
    } else {
        // As things are now, and not as the last sweep saw them.
        let report = session.client.doctor_sweep().await?;
        let adoptable: Vec<&OrphanView> = report.orphans.iter().filter(|orphan| orphan.adoptable).collect();
        if adoptable.is_empty() {
            eprintln!("there is no store without a row");
            return output.show(&AdoptionReport { items: Vec::new() }, String::new);
        }
        eprintln!("{}", found(&adoptable));
        confirm(yes, "This makes their rows again. What runs is not touched, and is proved by an order.")?;
    }
    let report = session.client.doctor_adopt(namespace.as_deref()).await?;
    output.show(&report, || adopted(&report.items))?;
    let refused = report.items.iter().filter(|item| item.outcome == AdoptionOutcome::Refused).count();
    if refused == 0 {
        return Ok(());
    }
    Err(Failure::general(format!("{refused} of {} were not adopted", report.items.len())))
}

fn found(adoptable: &[&OrphanView]) -> String {
    let row =
        |orphan: &&OrphanView| [orphan.name.clone(), orphan.first_seen_at.to_string(), plain(&orphan.holds.join(", "))];
    table(["NAMESPACE", "SEEN SINCE", "HOLDS"], adoptable.iter().map(row))
}

fn adopted(items: &[AdoptionView]) -> String {
    let row = |item: &AdoptionView| {
        [
            item.namespace.clone(),
            item.name.as_deref().map(plain).unwrap_or_default(),
            item.outcome.as_str().to_owned(),
            item.phase.map(|phase| phase.as_str().to_owned()).unwrap_or_default(),
            item.why.as_deref().map(plain).unwrap_or_default(),
        ]
    };
    table(["NAMESPACE", "STORE", "OUTCOME", "PHASE", "WHY"], items.iter().map(row))
}

fn confirm(yes: bool, what: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        return Err(Failure::usage("adopting needs a yes, and nobody can be asked here").hint("add --yes"));
    }
    eprintln!("{what}");
    eprint!("Type '{WORD}' to go on: ");
    let mut typed = String::new();
    std::io::stdin().read_line(&mut typed).map_err(|error| Failure::general(error.to_string()))?;
    if typed.trim() == WORD { Ok(()) } else { Err(Failure::general("nothing was adopted")) }
}
