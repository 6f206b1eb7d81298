//! Files as they are found, small ones apart from large ones.

use std::path::PathBuf;

use notespot_protocol::ByteCount;
use notespot_transfer::SMALL_MAX_BYTES;
use tokio::sync::mpsc;

use crate::AppError;

/// Small files that were found and wait to be taken.
const SMALL_WAITING: usize = 1024;
/// Larger files that were found and wait to be taken. More than that hold the search up.
const LARGE_WAITING: usize = 16 * 1024;

/// What was found at one place.
#[derive(Debug)]
pub struct Found<T> {
    /// Where it is: a path on this machine, or from the top level of the library.
    pub path: PathBuf,
    /// A file to be moved, with its length as it was found; or why this cannot be moved.
    pub file: Result<(T, ByteCount), AppError>,
}

/// Files as they are found, in two lanes that are to be emptied side by side.
///
/// Memory: at most 17 thousand paths.
#[derive(Debug)]
pub struct FoundFiles<T> {
    /// Small ones, and everything that cannot be moved.
    pub small: mpsc::Receiver<Found<T>>,
    /// Larger ones.
    pub large: mpsc::Receiver<Found<T>>,
}

/// The other ends.
pub(super) struct Lanes<T> {
    small: mpsc::Sender<Found<T>>,
    large: mpsc::Sender<Found<T>>,
}

impl<T> Lanes<T> {
    pub(super) fn open() -> (Self, FoundFiles<T>) {
        let (small, small_found) = mpsc::channel(SMALL_WAITING);
        let (large, large_found) = mpsc::channel(LARGE_WAITING);
        (Self { small, large }, FoundFiles { small: small_found, large: large_found })
    }

    /// `None` when nobody takes anything any more.
    pub(super) async fn put(&self, path: PathBuf, file: Result<(T, ByteCount), AppError>) -> Option<()> {
        let is_small = !matches!(&file, Ok((_, size)) if size.get() > SMALL_MAX_BYTES as u64);
        let lane = if is_small { &self.small } else { &self.large };
        lane.send(Found { path, file }).await.ok()
    }
}
