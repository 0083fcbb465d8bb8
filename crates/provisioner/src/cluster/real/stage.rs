//! Several programs make one stage: the store's server is of no use without what stands beside it.

use store_model::WorkloadSeen;

/// The programs of a stage as one, each with its name. What is broken has the word, then what is still on its way, in
/// the order given; ready are all or none.
pub fn together(programs: Vec<(&str, WorkloadSeen)>) -> WorkloadSeen {
    let alone = programs.len() == 1;
    let mut missing = Vec::new();
    let mut starting = None;
    let mut ready = 0;
    for (name, seen) in programs {
        match seen {
            WorkloadSeen::Broken(reason) => return WorkloadSeen::Broken(reason),
            WorkloadSeen::Absent => missing.push(name),
            WorkloadSeen::Ready => ready += 1,
            WorkloadSeen::Starting { detail } if alone => return WorkloadSeen::Starting { detail },
            WorkloadSeen::Starting { detail } => starting = starting.or(Some(format!("{name}: {detail}"))),
        }
    }
    match (starting, missing.first()) {
        (Some(detail), _) => WorkloadSeen::Starting { detail },
        (None, None) => WorkloadSeen::Ready,
        // Of a release that is being installed, some objects are there before the others.
        (None, Some(name)) if ready > 0 => {
            WorkloadSeen::Starting { detail: format!("{name}: the cluster has not made it yet") }
        }
        (None, Some(_)) => WorkloadSeen::Absent,
    }
}

#[cfg(test)]
mod tests {
    use store_model::{Reason, ReasonCode};

    use super::*;

    fn starting(detail: &str) -> WorkloadSeen {
        WorkloadSeen::Starting { detail: detail.to_owned() }
    }

    #[test]
    fn one_program_alone_speaks_for_itself() {
        for seen in [WorkloadSeen::Absent, WorkloadSeen::Ready, starting("pulling the image")] {
            assert_eq!(together(vec![("wordpress", seen.clone())]), seen);
        }
    }

    #[test]
    fn a_stage_is_ready_when_all_of_it_is() {
        let (ready, absent) = (WorkloadSeen::Ready, WorkloadSeen::Absent);
        assert_eq!(together(vec![("server", ready.clone()), ("pages", ready.clone())]), ready);
        assert_eq!(together(vec![("server", absent.clone()), ("pages", absent.clone())]), absent);
        let some = together(vec![("server", ready.clone()), ("pages", absent)]);
        assert_eq!(some, starting("pages: the cluster has not made it yet"));
        assert_eq!(together(vec![("server", ready), ("pages", starting("x"))]), starting("pages: x"));
        assert_eq!(together(vec![("server", starting("x")), ("pages", starting("y"))]), starting("server: x"));
    }

    #[test]
    fn what_is_broken_has_the_word() {
        let broken = WorkloadSeen::Broken(Reason::new(ReasonCode::CrashLoop, "pages: exit code 1"));
        assert_eq!(together(vec![("server", starting("x")), ("pages", broken.clone())]), broken);
    }
}
