//! How far a transfer is.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use notespot_protocol::ByteCount;

type Listener = dyn Fn(ByteCount) + Send + Sync;

/// How far one transfer is. Cheap to clone; all clones are the same one.
///
/// Counts the bytes that were handed to the network, or taken from it. What has to be sent again is
/// taken off: the count can go back.
#[derive(Clone)]
pub struct Progress {
    done: Arc<AtomicU64>,
    listener: Arc<Listener>,
}

impl Progress {
    /// To be read with [`done`](Self::done).
    #[must_use]
    pub fn new() -> Self {
        Self::told(|_| {})
    }

    /// `listener` hears the count after each change, about four times per MiB, from several threads,
    /// and must be quick.
    pub fn told(listener: impl Fn(ByteCount) + Send + Sync + 'static) -> Self {
        Self { done: Arc::default(), listener: Arc::new(listener) }
    }

    /// The bytes done so far.
    #[must_use]
    pub fn done(&self) -> ByteCount {
        ByteCount(self.done.load(Ordering::Relaxed))
    }

    pub(crate) fn add(&self, bytes: u64) {
        let before = self.done.fetch_add(bytes, Ordering::Relaxed);
        (self.listener)(ByteCount(before + bytes));
    }

    pub(crate) fn take_off(&self, bytes: u64) {
        if bytes > 0 {
            let before = self.done.fetch_sub(bytes, Ordering::Relaxed);
            (self.listener)(ByteCount(before.saturating_sub(bytes)));
        }
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
        self.moved.store(0, Ordering::Relaxed);
    }
}

impl Drop for TryProgress {
    fn drop(&mut self) {
        self.progress.take_off(self.moved.load(Ordering::Relaxed));
    }
}
