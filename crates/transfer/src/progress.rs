//! How far a transfer is.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use notespot_protocol::ByteCount;

type Listener = dyn Fn(ByteCount) + Send;

/// How far one transfer is. Cheap to clone; all clones are the same one.
///
/// Counts the bytes that were handed to the network, or taken from it. What has to be sent again is
/// taken off: the count can go back.
#[derive(Clone)]
pub struct Progress {
    done: Arc<AtomicU64>,
    /// Of `done`, what the store has for good.
    kept: Arc<AtomicU64>,
    listener: Arc<Mutex<Box<Listener>>>,
}

impl Progress {
    /// To be read with [`done`](Self::done).
    #[must_use]
    pub fn new() -> Self {
        Self::told(|_| {})
    }

    /// `listener` hears the count after each change, about four times per MiB, from one thread after
    /// the other, and must be quick. What it hears last is the last.
    pub fn told(listener: impl Fn(ByteCount) + Send + 'static) -> Self {
        Self {
            done: Arc::default(),
            kept: Arc::default(),
            listener: Arc::new(Mutex::new(Box::new(listener))),
        }
    }

    /// The bytes done so far.
    #[must_use]
    pub fn done(&self) -> ByteCount {
        ByteCount(self.done.load(Ordering::Relaxed))
    }

    pub(crate) fn add(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
        self.tell();
    }

    /// What an earlier run has left counts as done.
    pub(crate) fn add_kept(&self, bytes: u64) {
        self.kept.fetch_add(bytes, Ordering::Relaxed);
        self.add(bytes);
    }

    /// All of it is where it should be, however it came there.
    pub(crate) fn complete(&self, size: ByteCount) {
        self.done.store(size.get(), Ordering::Relaxed);
        self.tell();
    }

    /// What the store has is of no use: everything goes again. Tries that are still being dropped
    /// take themselves off.
    pub(crate) fn start_over(&self) {
        self.take_off(self.kept.swap(0, Ordering::Relaxed));
    }

    fn take_off(&self, bytes: u64) {
        if bytes > 0 {
            self.done.fetch_sub(bytes, Ordering::Relaxed);
            self.tell();
        }
    }

    fn tell(&self) {
        let listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner);
        // Read inside of the lock: whoever tells last tells the latest.
        listener(self.done());
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("done", &self.done()).finish_non_exhaustive()
    }
}

/// What one try has moved: counted at once, and taken off again unless the try is kept.
#[derive(Debug)]
pub(crate) struct TryProgress {
    progress: Progress,
    moved: AtomicU64,
}

impl TryProgress {
    pub(crate) fn new(progress: &Progress) -> Self {
        Self { progress: progress.clone(), moved: AtomicU64::new(0) }
    }

    pub(crate) fn add(&self, bytes: u64) {
        self.moved.fetch_add(bytes, Ordering::Relaxed);
        self.progress.add(bytes);
    }

    /// The store has it: it stays counted.
    pub(crate) fn keep(&self) {
        self.progress.kept.fetch_add(self.moved.swap(0, Ordering::Relaxed), Ordering::Relaxed);
    }
}

impl Drop for TryProgress {
    fn drop(&mut self) {
        self.progress.take_off(self.moved.swap(0, Ordering::Relaxed));
    }
}
