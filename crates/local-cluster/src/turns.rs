//! Locks: commands that would get into each other's way take turns.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::progress::Progress;
use crate::settings::Settings;

/// `up` and `down` of one cluster. Outside of the directories that `down` removes.
pub(crate) fn one_at_a_time(settings: &Settings, progress: &Progress) -> Result<File> {
    let what = format!("another command works on cluster {}", settings.name);
    take(&lock_path(settings), &what, Some(progress))
}

pub(crate) fn lock_path(settings: &Settings) -> PathBuf {
    settings.run_dir().with_extension("lock")
}

/// Waits for the lock, and says so if there is somebody to say it to. It is held until the file is dropped.
pub(crate) fn take(path: &Path, what: &str, progress: Option<&Progress>) -> Result<File> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).with_context(|| format!("create {}", directory.display()))?;
    }
    loop {
        let lock = File::create(path).with_context(|| format!("open {}", path.display()))?;
        if lock.try_lock().is_err() {
            if let Some(progress) = progress {
                progress.say(format!("{what}; waiting for it"));
            }
            lock.lock().with_context(|| format!("lock {}", path.display()))?;
        }
        // `down` removes its lock's file as its last deed: who waited for that one holds a lock that nobody else sees.
        let ours = lock.metadata()?.ino();
        if fs::metadata(path).is_ok_and(|file| file.ino() == ours) {
            return Ok(lock);
        }
    }
}
