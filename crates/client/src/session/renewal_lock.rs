//! One renewal at a time, across programs.
//!
//! The window and the command line share one keyring entry. If both sent the same refresh token,
//! the second would look like a thief's replay and the identity provider would revoke both (RFC 9700
//! §4.14.2). So whoever renews holds this lock from before it reads the entry until after it wrote
//! the next one.

use std::fs::{File, OpenOptions};
use std::path::Path;

use crate::ClientError;

/// Held until it is dropped; the system lets go of it when the program dies.
#[derive(Debug)]
pub(crate) struct RenewalLock {
    _file: File,
}

/// Waits for the lock. Whoever holds it is done within the time limit of one call.
pub(crate) async fn lock(path: &Path) -> Result<RenewalLock, ClientError> {
    let path = path.to_owned();
    let locked = tokio::task::spawn_blocking(move || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
        file.lock()?;
        Ok(RenewalLock { _file: file })
    });
    match locked.await {
        Ok(result) => result.map_err(ClientError::Lock),
        Err(stopped) => Err(ClientError::Lock(std::io::Error::other(stopped))),
    }
}
