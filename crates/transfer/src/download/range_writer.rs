//! Writes what arrives of a range to its place in the file, on a thread of its own.

use std::fs::File;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::fetch::Sink;
use super::journal::Blocks;
use crate::settings::CHUNK_BYTES;

/// Hears of what is written, in the order of the range.
pub(super) trait Listener: Send + 'static {
    /// These bytes are at this place of the file now.
    fn written(&self, at: u64, pieces: Vec<Bytes>);
    /// All bytes of this block are written.
    fn completed(&self, block: u32);
}

/// A range that is being written. Dropping it ends the thread.
///
/// Memory: a chunk and a piece that are collected, and as much that is being written.
pub(super) struct RangeWriter {
    collected: Vec<Bytes>,
    bytes: usize,
    tell: mpsc::Sender<Vec<Bytes>>,
    thread: JoinHandle<io::Result<()>>,
}

impl RangeWriter {
    /// Begins at a block's first byte.
    pub(super) fn start(file: Arc<File>, blocks: Blocks, offset: u64, listener: impl Listener) -> Self {
        let (tell, mut pieces) = mpsc::channel::<Vec<Bytes>>(1);
        let thread = tokio::task::spawn_blocking(move || {
            let mut at = offset;
            while let Some(pieces) = pieces.blocking_recv() {
                let begin = at;
                at += write_pieces_at(&file, &pieces, at)?;
                listener.written(begin, pieces);
                completed(blocks, begin, at).for_each(|block| listener.completed(block));
            }
            Ok(())
        });
        Self { collected: Vec::new(), bytes: 0, tell, thread }
    }

    /// Waits until everything is written.
    pub(super) async fn finish(mut self) -> io::Result<()> {
        self.flush().await;
        drop(self.tell);
        self.thread.await.map_err(io::Error::other)?
    }

    async fn flush(&mut self) -> bool {
        self.bytes = 0;
        let pieces = std::mem::take(&mut self.collected);
        pieces.is_empty() || self.tell.send(pieces).await.is_ok()
    }
}

impl Sink for RangeWriter {
    async fn take(&mut self, piece: Bytes) -> bool {
        self.bytes += piece.len();
        self.collected.push(piece);
        self.bytes < CHUNK_BYTES || self.flush().await
    }
}

/// The blocks whose last byte is between these two.
fn completed(blocks: Blocks, begin: u64, end: u64) -> impl Iterator<Item = u32> {
    let first = begin / blocks.block_bytes;
    let last = if end == blocks.size { u64::from(blocks.count()) } else { end / blocks.block_bytes };
    (first..last).map(|block| u32::try_from(block).unwrap_or(u32::MAX))
}

/// How many pieces go with one call: Linux takes 1,024.
#[cfg(unix)]
const PIECES_MAX: usize = 256;

#[cfg(unix)]
fn write_pieces_at(file: &File, pieces: &[Bytes], offset: u64) -> io::Result<u64> {
    let mut at = offset;
    for pieces in pieces.chunks(PIECES_MAX) {
        let mut slices: Vec<_> = pieces.iter().map(|piece| io::IoSlice::new(piece)).collect();
        let mut left = &mut slices[..];
        io::IoSlice::advance_slices(&mut left, 0);
        while !left.is_empty() {
            match rustix::io::pwritev(file, left, at) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    at += written as u64;
                    io::IoSlice::advance_slices(&mut left, written);
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(at - offset)
}

#[cfg(windows)]
fn write_pieces_at(file: &File, pieces: &[Bytes], offset: u64) -> io::Result<u64> {
    let mut at = offset;
    for piece in pieces {
        crate::positioned::write_all_at(file, piece, at)?;
        at += piece.len() as u64;
    }
    Ok(at - offset)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    struct Heard(Sender<u32>);

    impl Listener for Heard {
        fn written(&self, _: u64, _: Vec<Bytes>) {}

        fn completed(&self, block: u32) {
            let _ = self.0.send(block);
        }
    }

    #[tokio::test]
    async fn blocks_are_told_when_their_last_byte_is_written() {
        let file = Arc::new(tempfile::tempfile().unwrap());
        let size = 9 * 1024 * 1024;
        let (blocks, (tell, told)) = (Blocks::of(size), channel());
        let mut writer = RangeWriter::start(file.clone(), blocks, 0, Heard(tell));
        for at in (0..size).step_by(700_000) {
            let piece = vec![7; usize::try_from(700_000.min(size - at)).unwrap()];
            assert!(writer.take(piece.into()).await);
        }
        writer.finish().await.unwrap();
        assert_eq!(told.iter().collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(file.metadata().unwrap().len(), size);
    }

    #[tokio::test]
    async fn a_full_disk_ends_the_range_and_is_told_as_one() {
        let full = Arc::new(File::options().write(true).open("/dev/full").unwrap());
        let (tell, told) = channel();
        let mut writer = RangeWriter::start(full, Blocks::of(1 << 30), 0, Heard(tell));
        let piece = Bytes::from(vec![7; CHUNK_BYTES]);
        while writer.take(piece.clone()).await {}
        assert_eq!(writer.finish().await.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(told.iter().count(), 0, "nothing is written");
    }
}
