//! The bytes of one part on their way to the socket.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::source::Source;
use crate::progress::TryProgress;
use crate::settings::CHUNK_BYTES;
use crate::{Progress, TransferError};

/// Chunks between the disk and the socket; with the one being read and the one being sent they are
/// what [`Engine::reserve`](crate::Engine) reserves.
const WAITING: usize = 2;

/// Keeps an eye on a body that an HTTP client has taken away.
pub(super) struct BodyWatch {
    state: Arc<State>,
    moved: watch::Receiver<Moved>,
}

struct State {
    progress: TryProgress,
    trouble: Mutex<Option<TransferError>>,
}

#[derive(Clone, Copy)]
struct Moved {
    at: Instant,
    all: bool,
}

/// The file could not be read on: why is told by [`BodyWatch::trouble`].
#[derive(Debug, thiserror::Error)]
#[error("the file could not be read on")]
pub(super) struct ReadingStopped;

/// Begins to read `length` bytes from `offset`, on a thread that ends when the body is dropped.
pub(super) fn open(
    source: &Source,
    offset: u64,
    length: u64,
    progress: &Progress,
) -> (impl Stream<Item = Result<Bytes, ReadingStopped>> + Send + 'static, BodyWatch) {
    let state = Arc::new(State { progress: TryProgress::new(progress), trouble: Mutex::new(None) });
    let (moved, seen) = watch::channel(Moved { at: Instant::now(), all: length == 0 });
    let (tell, chunks) = mpsc::channel(WAITING);
    let source = source.clone();
    tokio::task::spawn_blocking(move || read(&source, offset, length, &tell));
    let watch = BodyWatch { state: state.clone(), moved: seen };
    let reading = Reading { chunks, left: length, state, moved };
    (stream::unfold(reading, Reading::next), watch)
}

fn read(source: &Source, mut offset: u64, length: u64, tell: &mpsc::Sender<Result<Bytes, TransferError>>) {
    let end = offset + length;
    while offset < end {
        let wanted = usize::try_from(end - offset).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
        let mut chunk = vec![0; wanted];
        let read = source.read_exactly(&mut chunk, offset).map(|()| Bytes::from(chunk));
        let failed = read.is_err();
        if tell.blocking_send(read).is_err() || failed {
            return;
        }
        offset += wanted as u64;
    }
}

struct Reading {
    chunks: mpsc::Receiver<Result<Bytes, TransferError>>,
    left: u64,
    state: Arc<State>,
    moved: watch::Sender<Moved>,
}

impl Reading {
    async fn next(mut self) -> Option<(Result<Bytes, ReadingStopped>, Self)> {
        if self.left == 0 {
            return None;
        }
        match self.chunks.recv().await {
            Some(Ok(chunk)) => {
                let length = chunk.len() as u64;
                self.left = self.left.saturating_sub(length);
                self.state.progress.add(length);
                self.moved.send_replace(Moved { at: Instant::now(), all: self.left == 0 });
                Some((Ok(chunk), self))
            }
            other => {
                let trouble = other.and_then(Result::err).unwrap_or(TransferError::Closing);
                *self.state.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble);
                Some((Err(ReadingStopped), self))
            }
        }
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

    /// Returns when nothing has moved for `stall`, or no answer came for `answer` after the end.
    pub(super) async fn silence(&self, stall: Duration, answer: Duration) {
        loop {
            let Moved { at, all } = *self.moved.borrow();
            let until = at + if all { answer } else { stall };
            if Instant::now() >= until {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }
}
