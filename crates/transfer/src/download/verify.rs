//! The SHA-256 of what is in the part file, computed behind the ranges that arrive.
//!
//! What was just written is hashed from memory, as far as there is memory for what has come before its
//! turn. All else is read back from the file: what did not fit, and what an earlier run has left, which
//! may have been damaged since. Reading back costs as much as hashing (0.6 s of CPU for each GiB, on the
//! machine of bench/results): by then it has left the processor's caches.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use notespot_protocol::Sha256;
use sha2::Digest as _;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::chunk::Chunk;
use super::journal::{Blocks, Marks};
use crate::Engine;
use crate::memory::Reserved;
use crate::positioned::read_exactly_at;
use crate::settings::CHUNK_BYTES;

/// How far what is kept in memory is from being hashed, at most.
const AHEAD_BYTES: u64 = 32 * 1024 * 1024;
/// Whoever waits is woken after so much, not after each chunk.
const STEP_BYTES: u64 = 1024 * 1024;

/// A thread that hashes what has arrived, in order. Dropping it ends the thread.
pub(super) struct Verifier {
    thread: JoinHandle<io::Result<Option<Sha256>>>,
    _stop_when_dropped: DropGuard,
}

/// Tells a [`Verifier`] of what has been written.
///
/// Memory: at most [`AHEAD_BYTES`] for each, of what the engine has to spare.
#[derive(Clone)]
pub(super) struct Written {
    engine: Engine,
    tell: Sender<News>,
    front: Arc<Front>,
}

enum News {
    Chunk { at: u64, chunk: Early },
    Block(u32),
}

/// What is in the file at some place, and in memory yet.
struct Early {
    chunk: Chunk,
    _memory: Reserved,
}

/// How far it is.
#[derive(Debug, Default)]
struct Front {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct State {
    hashed: u64,
    /// Nobody is to wait for it: it waits itself for bytes that have not come, or reads back what an
    /// earlier run has left, which may be most of a large file.
    is_on_its_own: bool,
    /// How many wait for it.
    waiting: usize,
}

impl Front {
    fn set(&self, hashed: u64, is_on_its_own: bool) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_step = is_on_its_own || hashed / STEP_BYTES > state.hashed / STEP_BYTES;
        (state.hashed, state.is_on_its_own) = (hashed, is_on_its_own);
        if is_step && state.waiting > 0 {
            self.moved.notify_all();
        }
    }

    /// Waits while there is something of this run to hash, and this is far behind it: hashing is what limits
    /// this download then, and reading back would slow it more. Whether this is near now.
    fn reach(&self, at: u64) -> bool {
        let is_far = |state: &State| at > state.hashed + AHEAD_BYTES;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting += 1;
        let state = self.moved.wait_while(state, |state| is_far(state) && !state.is_on_its_own);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        !is_far(&state)
    }
}

impl Written {
    /// Memory for a chunk that is to be hashed from there. `None` where there is none, and where others come
    /// first for long: it will be read back. Blocks while hashing is far behind.
    pub(super) fn keep(&self, at: u64) -> Option<Reserved> {
        if self.front.reach(at) { self.engine.try_reserve(Chunk::MEMORY_BYTES as u64) } else { None }
    }

    /// This is at this place of the file now, and in memory.
    pub(super) fn chunk(&self, at: u64, chunk: Chunk, memory: Reserved) {
        // A thread that has ended says why at the end.
        let _ = self.tell.send(News::Chunk { at, chunk: Early { chunk, _memory: memory } });
    }

    /// All of this block is in the file now.
    pub(super) fn block(&self, block: u32) {
        let _ = self.tell.send(News::Block(block));
    }
}

impl Verifier {
    pub(super) fn start(engine: Engine, file: Arc<File>, here: Marks) -> (Self, Written) {
        let (tell, arrived) = channel();
        let (front, stop) = (Arc::new(Front::default()), CancellationToken::new());
        let hashing = Hashing {
            blocks: here.blocks(),
            file,
            kept: here.clone(),
            here,
            early: BTreeMap::new(),
            sha256: sha2::Sha256::new(),
            buffer: Vec::new(),
            front: front.clone(),
            stopped: stop.clone(),
        };
        let thread = tokio::task::spawn_blocking(move || hashing.hash(&arrived));
        (Self { thread, _stop_when_dropped: stop.drop_guard() }, Written { engine, tell, front })
    }

    /// The checksum of the whole; `None` when blocks are missing. Everybody who tells it of blocks
    /// must have been dropped.
    pub(super) async fn finish(self) -> io::Result<Option<Sha256>> {
        self.thread.await.map_err(io::Error::other)?
    }
}

struct Hashing {
    file: Arc<File>,
    blocks: Blocks,
    /// What an earlier run has left in the file.
    kept: Marks,
    /// What is in the file.
    here: Marks,
    /// What is in memory too, by its place.
    early: BTreeMap<u64, Early>,
    sha256: sha2::Sha256,
    buffer: Vec<u8>,
    front: Arc<Front>,
    stopped: CancellationToken,
}

/// Nobody waits for what will not go on.
impl Drop for Hashing {
    fn drop(&mut self) {
        self.front.set(u64::MAX - AHEAD_BYTES, true);
    }
}

impl Hashing {
    fn hash(mut self, arrived: &Receiver<News>) -> io::Result<Option<Sha256>> {
        let mut at = 0;
        self.stands_at(at);
        while at < self.blocks.size {
            if self.stopped.is_cancelled() {
                return Ok(None);
            }
            let bytes = if let Some(Early { chunk, _memory }) = self.early.remove(&at) {
                self.sha256.update(chunk.bytes());
                chunk.bytes().len() as u64
            } else if self.here.has(self.blocks.of_byte(at)) {
                self.read_back(at)?
            } else {
                let Some(news) = self.next(arrived, at) else { return Ok(None) };
                match news {
                    News::Chunk { at, chunk } => drop(self.early.insert(at, chunk)),
                    News::Block(block) => self.here.set(block),
                }
                continue;
            };
            at += bytes;
            self.stands_at(at);
        }
        let sha256 = std::mem::take(&mut self.sha256);
        Ok(Some(Sha256::from_bytes(sha256.finalize().into())))
    }

    fn stands_at(&self, at: u64) {
        self.front.set(at, self.kept.has(self.blocks.of_byte(at)));
    }

    fn next(&self, arrived: &Receiver<News>, at: u64) -> Option<News> {
        match arrived.try_recv() {
            Ok(news) => return Some(news),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => {}
        }
        self.front.set(at, true);
        let news = arrived.recv().ok();
        self.stands_at(at);
        news
    }

    /// One chunk, up to what is in memory and to the end of the block.
    fn read_back(&mut self, at: u64) -> io::Result<u64> {
        let next = self.early.keys().next().copied().unwrap_or(u64::MAX);
        let end = self.blocks.range(self.blocks.of_byte(at)).end.min(next);
        let wanted = usize::try_from(end - at).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
        self.buffer.resize(CHUNK_BYTES, 0);
        let chunk = &mut self.buffer[..wanted];
        read_exactly_at(&self.file, chunk, at)?;
        self.sha256.update(&*chunk);
        Ok(wanted as u64)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Settings;
    use crate::positioned::write_all_at;

    const BLOCK: usize = 4 * 1024 * 1024;

    #[tokio::test]
    async fn what_is_in_memory_is_hashed_from_there_and_all_else_from_the_file() {
        let content = notespot_testkit::content(1, 3 * BLOCK + 17);
        let file = Arc::new(tempfile::tempfile().unwrap());
        let mut kept = Marks::none(Blocks::of(content.len() as u64));
        kept.set(0);
        // The second block is in memory only, the third one in the file only.
        for at in [0, 2 * BLOCK, 3 * BLOCK] {
            let end = content.len().min(at + BLOCK);
            write_all_at(&file, &content[at..end], at as u64).unwrap();
        }
        let engine = Engine::new(Settings::default()).unwrap();
        let (verifier, written) = Verifier::start(engine, file, kept);
        written.block(3);
        for at in (BLOCK..2 * BLOCK).step_by(CHUNK_BYTES) {
            let mut chunk = Chunk::new();
            chunk.fill(&content[at..]);
            let memory = written.keep(at as u64).unwrap();
            written.chunk(at as u64, chunk, memory);
        }
        written.block(2);
        drop(written);
        let expected = Sha256::from_bytes(sha2::Sha256::digest(&content).into());
        assert_eq!(verifier.finish().await.unwrap(), Some(expected));
    }

    #[tokio::test]
    async fn writers_wait_for_what_came_in_this_run_and_for_nothing_else() {
        let front = Arc::new(Front::default());
        let far = AHEAD_BYTES + STEP_BYTES;
        assert!(front.reach(AHEAD_BYTES));
        front.set(0, true);
        assert!(!front.reach(far), "what an earlier run has left is read back");

        front.set(0, false);
        let waiting = front.clone();
        let waits = tokio::task::spawn_blocking(move || waiting.reach(far));
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!waits.is_finished());
        front.set(far, false);
        assert!(tokio::time::timeout(Duration::from_secs(20), waits).await.unwrap().unwrap());
    }
}
