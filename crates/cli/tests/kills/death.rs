//! How a process dies.

use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use notespot_testkit::{DidNotStart, Draws, TestServer, killed_at, killed_at_file};

/// What makes content durable: of files, of folders, of SQLite's log.
pub(crate) const SYNCS: &str = "fsync,fdatasync";
/// What gives a file its name, and takes it away.
pub(crate) const NAMES: &str = "?rename,?renameat,renameat2,?link,linkat";
pub(crate) const REMOVALS: &str = "?unlink,unlinkat,?rmdir";
/// What writes at a place: SQLite's log, and the journal of a download.
pub(crate) const WRITES: &str = "pwrite64";
pub(crate) const NEW_FOLDERS: &str = "?mkdir,mkdirat";
/// What goes out over the network.
pub(crate) const SENDS: &str = "?sendto,sendmsg,writev";

/// When a process dies of SIGKILL.
#[derive(Clone, Debug)]
pub(crate) enum Death {
    /// In place of such a system call, when a thread makes it for the nth time. Each call of the list is
    /// counted by itself.
    At(&'static str, u32),
    /// The same, where the call is about this file or folder.
    On(&'static str, PathBuf, u32),
    After(Duration),
}

impl Death {
    /// At a moment before this one, or at a durable step.
    pub(crate) fn draw(draws: &mut Draws, before: Duration, steps: &[&'static str], most: u64) -> Self {
        if draws.below(2) == 0 {
            return Self::After(draws.moment(before));
        }
        let step = *draws.one(steps);
        Self::At(step, u32::try_from(1 + draws.below(most)).unwrap())
    }

    /// The program that a process is to be started by.
    pub(crate) fn under(&self) -> Vec<String> {
        match self {
            Self::At(calls, nth) => killed_at(calls, *nth),
            Self::On(calls, file, nth) => killed_at_file(calls, file, *nth),
            Self::After(_) => Vec::new(),
        }
    }

    /// Starts a server that is to die so, by way of `more`. Whether it lived to be ready.
    pub(crate) async fn begin(&self, server: &mut TestServer, more: Vec<String>) -> bool {
        let started = server.start_again_under(&[self.under(), more].concat()).await;
        match started {
            Ok(()) => true,
            Err(error) => match error.downcast_ref::<DidNotStart>() {
                Some(DidNotStart { status, .. }) if was_killed(*status) => false,
                _ => panic!("{self:?}: {error:?}"),
            },
        }
    }

    /// Returns when it is dead.
    pub(crate) async fn come(&self, server: &mut TestServer) {
        if let Self::After(moment) = self {
            tokio::time::sleep(*moment).await;
            server.kill_9().await.unwrap();
        } else {
            let status = server.gone().await.unwrap();
            assert!(was_killed(status), "{self:?}: {status}\n{}", server.log().unwrap());
        }
    }
}

pub(crate) fn was_killed(status: ExitStatus) -> bool {
    status.signal() == Some(9)
}
