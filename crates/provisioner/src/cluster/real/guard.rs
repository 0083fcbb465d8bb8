//! What stands between this process and Helm for an instant: a copy of this program that asks the kernel to kill it when
//! its parent dies, and then becomes Helm. Without it a Helm would outlive a provisioner that was killed, and work on a
//! store beside the Helm of whoever came next.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::unistd::{Pid, getppid};

/// This program's own file, even if another one lies at its path by now.
pub const PROGRAM: &str = "/proc/self/exe";
/// The first argument by which the copy knows what it is for; the parent's process id and Helm's command line follow.
pub const WORD: &str = "helm-guard";

/// Returns only if Helm could not be started, or if nobody waits for it any more.
pub fn become_helm(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    match exec(arguments) {
        Ok(()) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("Error: start helm: {why}");
            ExitCode::FAILURE
        }
    }
}

fn exec(mut arguments: impl Iterator<Item = OsString>) -> Result<(), String> {
    let parent = arguments.next().and_then(|id| id.to_str()?.parse().ok()).map(Pid::from_raw);
    let parent = parent.ok_or("the guard was not told its parent")?;
    let program = arguments.next().ok_or("the guard was not told where helm is")?;
    // SIGKILL: whoever comes next may begin at once, and recovers what Helm left.
    set_pdeathsig(Signal::SIGKILL).map_err(|errno| errno.to_string())?;
    // It may have died before the kernel knew that we care.
    if getppid() != parent {
        return Err("the provisioner is gone".to_owned());
    }
    Err(Command::new(program).args(arguments).exec().to_string())
}
