//! The bytes of one part on their way to the socket.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::chunks::Chunks;
use super::source::Source;
use crate::pace::Pace;
use crate::progress::TryProgress;
use crate::{Engine, Progress, TransferError};

/// What is handed to the socket at once: progress on a slow line is seen in steps of this size.
const SLICE_BYTES: usize = 32 * 1024;

/// Keeps an eye on a body that an HTTP client has taken away.
pub(super) struct BodyWatch {
    state: Arc<State>,
    moved: watch::Receiver<Moved>,
}

struct State {
    progress: TryProgress,
    trouble: Mutex<Option<TransferError>>,
}

#[derive(Clone, Copy, Default)]
struct Moved {
    bytes: u64,
    /// When there was nothing left to move.
    all_at: Option<Instant>,
}

/// The file could not be read on: why is told by [`BodyWatch::trouble`].
#[derive(Debug, thiserror::Error)]
#[error("the file could not be read on")]
pub(super) struct ReadingStopped;

/// Begins to send `length` bytes from `offset`. A file on a disk is read as the socket takes it.
pub(super) fn open(
    engine: &Engine,
    source: &Source,
    offset: u64,
    length: u64,
    progress: &Progress,
) -> (impl Stream<Item = Result<Bytes, ReadingStopped>> + Send + 'static, BodyWatch) {
    let state = Arc::new(State { progress: TryProgress::new(progress), trouble: Mutex::new(None) });
    let all_at = (length == 0).then(Instant::now);
    let (moved, seen) = watch::channel(Moved { bytes: 0, all_at });
    let chunks = Chunks::of(source, offset, length);
    let watch = BodyWatch { state: state.clone(), moved: seen };
    let pace = engine.up.clone();
    let reading = Reading { chunks, chunk: Bytes::new(), left: length, pace, state, moved };
    (stream::unfold(reading, Reading::next), watch)
}

struct Reading {
    chunks: Chunks,
    /// What is left of the current one.
    chunk: Bytes,
    left: u64,
    pace: Arc<Pace>,
    state: Arc<State>,
    moved: watch::Sender<Moved>,
}

impl Reading {
    async fn next(mut self) -> Option<(Result<Bytes, ReadingStopped>, Self)> {
        if self.left == 0 {
            return None;
        }
        if self.chunk.is_empty() {
            match self.chunks.next().await {
                Ok(chunk) => self.chunk = chunk,
                Err(trouble) => {
                    *self.state.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble);
                    return Some((Err(ReadingStopped), self));
                }
            }
        }
        let slice = self.chunk.split_to(self.pace.slice(SLICE_BYTES).min(self.chunk.len()));
        let length = slice.len() as u64;
        self.pace.pass(length).await;
        self.left = self.left.saturating_sub(length);
        self.state.progress.add(length);
        let all_at = (self.left == 0).then(Instant::now);
        self.moved.send_modify(|moved| *moved = Moved { bytes: moved.bytes + length, all_at });
        Some((Ok(slice), self))
    }
}

impl BodyWatch {
    /// Why the file could not be read on, if that is what happened.
    pub(super) fn trouble(&self) -> Option<TransferError> {
        self.state.trouble.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The store has the part.
    pub(super) fn arrived(&self) {
        self.state.progress.keep();
    }

    /// Returns when less than enough has moved in a window of time, or no answer came in time after the
    /// end.
    pub(super) async fn silence(&self, engine: &Engine) {
        let settings = &engine.settings;
        let mut moved = self.moved.clone();
        loop {
            let before = *moved.borrow_and_update();
            if let Some(all_at) = before.all_at {
                return tokio::time::sleep_until(all_at + settings.answer_timeout).await;
            }
            let end = moved.wait_for(|moved| moved.all_at.is_some());
            let ended = timeout(settings.stall_timeout, end).await.map(|ended| ended.is_ok());
            match ended {
                Ok(true) => continue,
                // Nobody wants to have the rest of it: the answer is on its way.
                Ok(false) => return tokio::time::sleep(settings.answer_timeout).await,
                Err(_) => {}
            }
            if self.moved.borrow().bytes - before.bytes < engine.least_moved() {
                return;
            }
        }
    }
}
