//! Keeps the journal of a part file.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use notespot_protocol::VersionId;
use tokio::task::JoinHandle;

use super::journal::{Blocks, Marks};
use crate::positioned::write_all_at;

/// How much is lost at most when the machine stops: what has arrived in this time, or this much.
const SYNC_AFTER: Duration = Duration::from_secs(1);
const SYNC_BYTES: u64 = 64 * 1024 * 1024;

/// A thread that brings blocks to the disk and marks them then.
///
/// It lives as long as somebody may tell it of blocks, and a moment longer: what was told to it is
/// marked also when a download is dropped.
pub(super) struct Keeper {
    thread: JoinHandle<io::Result<()>>,
}

impl Keeper {
    pub(super) fn start(
        file: Arc<File>,
        version: VersionId,
        blocks: Blocks,
        marks: Marks,
    ) -> (Self, Sender<u32>) {
        let (tell, arrived) = channel();
        let keeping = Keeping { file, version, blocks, marks };
        (Self { thread: tokio::task::spawn_blocking(move || keeping.keep(&arrived)) }, tell)
    }

    /// Waits for the last mark. Everybody who tells it of blocks must have been dropped.
    pub(super) async fn finish(self) -> io::Result<()> {
        self.thread.await.map_err(io::Error::other)?
    }
}

struct Keeping {
    file: Arc<File>,
    version: VersionId,
    blocks: Blocks,
    marks: Marks,
}

impl Keeping {
    fn keep(mut self, arrived: &Receiver<u32>) -> io::Result<()> {
        let at_once = (SYNC_BYTES / self.blocks.block_bytes).max(1);
        while let Ok(first) = arrived.recv() {
            let until = Instant::now() + SYNC_AFTER;
            let mut pending = vec![first];
            let is_last = loop {
                if pending.len() as u64 >= at_once {
                    break false;
                }
                match arrived.recv_timeout(until.saturating_duration_since(Instant::now())) {
                    Ok(block) => pending.push(block),
                    Err(RecvTimeoutError::Timeout) => break false,
                    Err(RecvTimeoutError::Disconnected) => break true,
                }
            };
            self.file.sync_data()?;
            for block in pending {
                self.marks.set(block);
            }
            write_all_at(&self.file, &self.marks.encode(self.version), self.blocks.size)?;
            if is_last {
                break;
            }
        }
        Ok(())
    }
}
