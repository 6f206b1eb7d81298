//! Writes and hashes what arrives, on a thread of its own.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};

use bytes::Bytes;
use notespot_protocol::Sha256;
use sha2::Digest as _;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::TransferError;
use crate::settings::CHUNK_BYTES;

/// Pieces between the socket and the disk.
const WAITING: usize = 2;

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arrived {
    pub(super) size: u64,
    pub(super) sha256: Sha256,
}

/// Writes what it is given, in order. Dropping it ends the thread.
pub(super) struct Writer {
    name: String,
    pieces: mpsc::Sender<Bytes>,
    thread: JoinHandle<io::Result<Arrived>>,
}

impl Writer {
    /// Starts to write at the file's beginning.
    pub(super) fn start(file: File, name: String) -> Self {
        let (pieces, waiting) = mpsc::channel(WAITING);
        let thread = tokio::task::spawn_blocking(move || write(file, waiting));
        Self { name, pieces, thread }
    }

    /// Takes the next bytes; waits while the disk is busy. False when writing has failed: why is
    /// told by [`finish`](Self::finish).
    pub(super) async fn write(&self, piece: Bytes) -> bool {
        self.pieces.send(piece).await.is_ok()
    }

    /// Waits until everything is on the disk.
    pub(super) async fn finish(self) -> Result<Arrived, TransferError> {
        drop(self.pieces);
        let written = self.thread.await.map_err(|_| TransferError::Closing)?;
        written.map_err(|error| TransferError::writing(&self.name, error))
    }
}

fn write(file: File, mut pieces: mpsc::Receiver<Bytes>) -> io::Result<Arrived> {
    let mut out = BufWriter::with_capacity(CHUNK_BYTES, file);
    let mut sha256 = sha2::Sha256::new();
    let mut size = 0;
    while let Some(piece) = pieces.blocking_recv() {
        out.write_all(&piece)?;
        sha256.update(&piece);
        size += piece.len() as u64;
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(Arrived { size, sha256: Sha256::from_bytes(sha256.finalize().into()) })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use notespot_protocol::ErrorCode;

    #[tokio::test]
    async fn a_full_disk_is_told_as_one() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let writer = Writer::start(full, "movie.mkv".to_owned());
        let piece = Bytes::from(vec![7; CHUNK_BYTES + 1]);
        while writer.write(piece.clone()).await {}
        let error = writer.finish().await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::DiskFull);
        assert!(error.to_string().contains("movie.mkv"));
    }

    #[tokio::test]
    async fn what_the_disk_refuses_at_the_very_end_is_noticed() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let writer = Writer::start(full, "note.txt".to_owned());
        assert!(writer.write(Bytes::from_static(b"short")).await);
        assert_eq!(writer.finish().await.unwrap_err().code(), ErrorCode::DiskFull);
    }
}
