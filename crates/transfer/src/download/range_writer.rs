//! Writes what arrives of a range to its place in the file, on a thread of its own.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::chunk::Chunk;
use super::fetch::Sink;
use super::journal::Blocks;
use super::output::{Output, Way};
use crate::memory::Reserved;

/// Hears of what is written, in the order of the range.
pub(super) trait Listener: Send + 'static {
    /// Memory to keep a chunk of this place in until it is hashed, where there is some; blocks while hashing is
    /// far behind.
    fn keep(&self, at: u64) -> Option<Reserved>;
    /// This chunk, with the memory that it is to be kept in, is at this place of the file now.
    fn written(&self, at: u64, chunk: Chunk, memory: Reserved);
    /// All bytes of this block are written.
    fn completed(&self, block: u32);
}

/// A range that is being written. Dropping it ends the thread.
///
/// Memory: three chunks, of which one is collected, one waits and one is being written; and what the socket
/// gave last.
pub(super) struct RangeWriter {
    chunk: Chunk,
    tell: mpsc::Sender<Chunk>,
    thread: JoinHandle<io::Result<()>>,
}

impl RangeWriter {
    /// Begins at a block's first byte.
    pub(super) fn start(output: Arc<Output>, blocks: Blocks, offset: u64, listener: impl Listener) -> Self {
        let (tell, mut chunks) = mpsc::channel::<Chunk>(1);
        let thread = tokio::task::spawn_blocking(move || {
            let mut at = offset;
            while let Some(chunk) = chunks.blocking_recv() {
                let begin = at;
                let memory = listener.keep(begin);
                let way = if memory.is_some() { Way::PastCache } else { Way::ThroughCache };
                output.write_all_at(chunk.bytes(), begin, way)?;
                at += chunk.bytes().len() as u64;
                if let Some(memory) = memory {
                    listener.written(begin, chunk, memory);
                }
                completed(blocks, begin, at).for_each(|block| listener.completed(block));
            }
            Ok(())
        });
        Self { chunk: Chunk::new(), tell, thread }
    }

    /// Waits until everything is written.
    pub(super) async fn finish(self) -> io::Result<()> {
        if !self.chunk.bytes().is_empty() {
            // A thread that has ended says why.
            let _ = self.tell.send(self.chunk).await;
        }
        drop(self.tell);
        self.thread.await.map_err(io::Error::other)?
    }
}

impl Sink for RangeWriter {
    async fn take(&mut self, piece: Bytes) -> bool {
        let mut rest = &piece[..];
        while !rest.is_empty() {
            rest = self.chunk.fill(rest);
            if self.chunk.is_full() {
                let chunk = std::mem::replace(&mut self.chunk, Chunk::new());
                if self.tell.send(chunk).await.is_err() {
                    return false;
                }
            }
        }
        true
    }
}

/// The blocks whose last byte is between these two.
fn completed(blocks: Blocks, begin: u64, end: u64) -> impl Iterator<Item = u32> {
    let first = begin / blocks.block_bytes;
    let last = if end == blocks.size { u64::from(blocks.count()) } else { end / blocks.block_bytes };
    (first..last).map(|block| u32::try_from(block).unwrap_or(u32::MAX))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs::File;
    use std::sync::mpsc::{Sender, channel};

    use super::*;
    use crate::settings::CHUNK_BYTES;

    struct Heard(Sender<u32>);

    impl Listener for Heard {
        fn keep(&self, _: u64) -> Option<Reserved> {
            None
        }

        fn written(&self, _: u64, _: Chunk, _: Reserved) {}

        fn completed(&self, block: u32) {
            let _ = self.0.send(block);
        }
    }

    #[tokio::test]
    async fn blocks_are_told_when_their_last_byte_is_written() {
        let file = Arc::new(tempfile::tempfile().unwrap());
        let size = 9 * 1024 * 1024;
        let (blocks, (tell, told)) = (Blocks::of(size), channel());
        let mut writer = RangeWriter::start(Arc::new(Output::of(file.clone())), blocks, 0, Heard(tell));
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
        let full = Arc::new(Output::of(full));
        let mut writer = RangeWriter::start(full, Blocks::of(1 << 30), 0, Heard(tell));
        let piece = Bytes::from(vec![7; CHUNK_BYTES]);
        while writer.take(piece.clone()).await {}
        assert_eq!(writer.finish().await.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(told.iter().count(), 0, "nothing is written");
    }
}
