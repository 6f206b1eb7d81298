//! The SHA-256 of what is in the part file, computed behind the ranges that arrive.
//!
//! It is read back from the file: what is verified is what will have the target's name, not what came
//! from the network.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use notespot_protocol::Sha256;
use sha2::Digest as _;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::journal::{Blocks, Marks};
use crate::positioned::read_exactly_at;
use crate::settings::CHUNK_BYTES;

/// A thread that hashes each block as soon as it and all before it are there. Dropping it ends the
/// thread.
pub(super) struct Verifier {
    thread: JoinHandle<io::Result<Option<Sha256>>>,
    _stop_when_dropped: DropGuard,
}

impl Verifier {
    pub(super) fn start(file: Arc<File>, blocks: Blocks, here: Marks) -> (Self, Sender<u32>) {
        let (tell, arrived) = channel();
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let thread = tokio::task::spawn_blocking(move || hash(&file, blocks, here, &arrived, &stopped));
        (Self { thread, _stop_when_dropped: stop.drop_guard() }, tell)
    }

    /// The checksum of the whole; `None` when blocks are missing. Everybody who tells it of blocks
    /// must have been dropped.
    pub(super) async fn finish(self) -> io::Result<Option<Sha256>> {
        self.thread.await.map_err(io::Error::other)?
    }
}

fn hash(
    file: &File,
    blocks: Blocks,
    mut here: Marks,
    arrived: &Receiver<u32>,
    stopped: &CancellationToken,
) -> io::Result<Option<Sha256>> {
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut sha256 = sha2::Sha256::new();
    for block in 0..blocks.count() {
        while !here.has(block) {
            let Ok(next) = arrived.recv() else { return Ok(None) };
            here.set(next);
        }
        let mut range = blocks.range(block);
        while range.start < range.end {
            if stopped.is_cancelled() {
                return Ok(None);
            }
            let wanted = usize::try_from(range.end - range.start).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
            let chunk = &mut buffer[..wanted];
            read_exactly_at(file, chunk, range.start)?;
            sha256.update(&*chunk);
            range.start += wanted as u64;
        }
    }
    Ok(Some(Sha256::from_bytes(sha256.finalize().into())))
}
