//! Many files on their way: small ones and large ones side by side.

use futures_util::future::join;
use futures_util::{StreamExt as _, stream};
use notespot_app::{AppError, CancellationToken, Found, FoundFiles};
use notespot_protocol::ByteCount;
use serde::Serialize;
use tokio::sync::mpsc;

use crate::exit::Ending;
use crate::output::{Form, Item, Report};
use crate::progress::Progress;

/// Files that are under way at some stage: being read, planned, moved, published.
#[derive(Clone, Copy)]
pub(super) struct AtOnce {
    pub(super) small: usize,
    /// Their parts move side by side.
    pub(super) large: usize,
}

/// What all files of one command share.
pub(super) struct Moving<'a> {
    pub(super) progress: Progress,
    report: Report,
    cancel: &'a CancellationToken,
    at_once: AtOnce,
}

impl<'a> Moving<'a> {
    pub(super) fn begin(form: Form, cancel: &'a CancellationToken, at_once: AtOnce) -> Self {
        Self { progress: Progress::new(form), report: Report::begin(form), cancel, at_once }
    }

    /// Moves every file that is found, and says what came of each: one that fails is in no other's way.
    /// `words` is the line of one that was moved.
    pub(super) async fn all<T, R: Serialize>(
        &self,
        found: FoundFiles<T>,
        one: impl AsyncFn(&T) -> Result<R, AppError>,
        words: impl Fn(&R) -> String,
    ) {
        let FoundFiles { small, large } = found;
        let small = self.empty(small, self.at_once.small, &one, &words);
        let large = self.empty(large, self.at_once.large, &one, &words);
        self.progress.during(join(small, large)).await;
    }

    /// Says what came of one thing.
    pub(super) fn told<R: Serialize>(&self, item: &Item<R>, words: impl FnOnce(&R) -> String) {
        self.progress.above(|| self.report.add(item, words));
    }

    /// Ends the answer: `done` is what people call a file that was moved.
    pub(super) fn end(&self, done: &str) -> Ending {
        self.progress.finish();
        let ending = self.report.end(done);
        // What was not looked for any more failed for nobody.
        if self.cancel.is_cancelled() { ending.max(Ending::Failed) } else { ending }
    }

    async fn empty<T, R: Serialize>(
        &self,
        lane: mpsc::Receiver<Found<T>>,
        at_once: usize,
        one: &impl AsyncFn(&T) -> Result<R, AppError>,
        words: &impl Fn(&R) -> String,
    ) {
        stream::unfold(lane, async |mut lane| Some((lane.recv().await?, lane)))
            .for_each_concurrent(at_once, async |Found { path, file }| {
                let outcome = match file {
                    Ok((file, size)) => self.move_one(&file, size, one).await,
                    Err(error) => Err(error),
                };
                self.told(&Item::new(path.display().to_string(), outcome), words);
            })
            .await;
    }

    async fn move_one<T, R>(
        &self,
        file: &T,
        size: ByteCount,
        one: &impl AsyncFn(&T) -> Result<R, AppError>,
    ) -> Result<R, AppError> {
        if self.cancel.is_cancelled() {
            return Err(AppError::Cancelled);
        }
        self.progress.expect(size);
        one(file).await
    }
}
