use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};

use super::OpenError;

/// An exclusive lock beside the SQLite file. The kernel lets go of it when the process dies, however it dies.
pub(super) struct Lock {
    _file: Flock<File>,
}

impl Lock {
    pub fn take(database: &Path) -> Result<Lock, OpenError> {
        let path = database.with_extension("lock");
        let directory = |source: io::Error| OpenError::Directory { path: path.display().to_string(), source };
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(directory)?;
        }
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(directory)?;
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(file) => Ok(Lock { _file: file }),
            Err((_, Errno::EWOULDBLOCK)) => Err(OpenError::InUse { path: database.display().to_string() }),
            Err((_, errno)) => Err(directory(errno.into())),
        }
    }
}
