//! What can go wrong, and how it is made to.

use std::time::Duration;

use anyhow::Result;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::RngExt as _;
use rand::rngs::StdRng;

use super::Replicas;
use crate::proxy::{Call, Fault, Program, Rule};
use crate::scene;
use crate::wire::Wire;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    KillProvisioner,
    TerminateProvisioner,
    KillHelm,
    CutApi,
    ApiDown,
    KillApi,
    LoseAnswer,
    Busy,
    CutDatabase,
    LoseCommit,
}

const EVERYWHERE: [Kind; 8] = [
    Kind::KillProvisioner,
    Kind::TerminateProvisioner,
    Kind::KillHelm,
    Kind::CutApi,
    Kind::ApiDown,
    Kind::KillApi,
    Kind::LoseAnswer,
    Kind::Busy,
];
const OF_POSTGRES: [Kind; 2] = [Kind::CutDatabase, Kind::LoseCommit];

impl Kind {
    pub fn any(dice: &mut StdRng, database: scene::Kind) -> Kind {
        let more: &[Kind] = if database == scene::Kind::Postgres { &OF_POSTGRES } else { &[] };
        let at = dice.random_range(0..EVERYWHERE.len() + more.len());
        if at < EVERYWHERE.len() { EVERYWHERE[at] } else { more[at - EVERYWHERE.len()] }
    }

    /// Returns when it is over; a process that dies is started again by the caller.
    pub async fn make(self, replicas: &Replicas<'_>, dice: &mut StdRng) -> Result<()> {
        let scene = replicas.scene;
        let moment = Duration::from_millis(dice.random_range(200..2000));
        match self {
            Kind::KillProvisioner => {
                if let Some(service) = replicas.pick(dice).await.filter(|service| service.process.is_running()) {
                    service.process.kill().await?;
                }
            }
            Kind::TerminateProvisioner => {
                if let Some(service) = replicas.pick(dice).await.filter(|service| service.process.is_running()) {
                    service.terminate().await?;
                }
            }
            Kind::KillHelm => {
                let ours = scene.database.rows().await?.into_iter().map(|row| row.namespace()).collect::<Vec<_>>();
                let mut helms = Program::all().into_iter().filter(|program| {
                    program.release().is_some_and(|release| ours.iter().any(|namespace| namespace == release))
                });
                if let Some(helm) = helms.next_back() {
                    // It may have ended by now.
                    let _gone = kill(Pid::from_raw(i32::try_from(helm.pid)?), Signal::SIGKILL);
                }
            }
            Kind::CutApi => scene.proxy.cut(),
            Kind::ApiDown => {
                scene.proxy.down().await?;
                tokio::time::sleep(moment).await;
                scene.proxy.up().await?;
            }
            Kind::KillApi => scene.plane.api_server_anew().await?,
            Kind::LoseAnswer => {
                scene.proxy.add(Rule::new(Fault::LoseAnswer, Call::is_write).times(1));
            }
            Kind::Busy => {
                let busy =
                    Fault::Answer { code: 429, reason: "TooManyRequests", message: "later", retry_after: Some(1) };
                scene.proxy.add(Rule::new(busy, |call| !call.is_watch()).times(5));
            }
            Kind::CutDatabase => {
                let wire = scene.database.wire()?;
                wire.set(Wire::Cut);
                tokio::time::sleep(moment).await;
                wire.set(Wire::Whole);
            }
            Kind::LoseCommit => scene.database.wire()?.lose_answers(1),
        }
        Ok(())
    }
}
