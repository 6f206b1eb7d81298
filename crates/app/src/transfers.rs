//! The transfers panel: a queue of files, a few of which move at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notespot_protocol::ByteCount;
use notespot_protocol::window::{AppEvent, Transfer, TransferId, TransferState, Transfers};
use tokio::sync::Notify;

use crate::{App, FileToDownload, FileUpload};

mod commands;
mod over_rest;
mod queue;
mod run;
mod speed;
mod together;

pub(crate) use over_rest::OverRest;
use queue::Queue;

/// Between two snapshots to the window.
const TELL_INTERVAL: Duration = Duration::from_millis(100);

/// What is to be done with one file.
#[derive(Clone)]
pub(crate) enum Job {
    Upload { file: FileUpload, links: Option<CopiedLinks> },
    Download { file: FileToDownload },
}

/// The links of files that were dropped together: the clipboard holds all of them.
#[derive(Clone, Default)]
pub(crate) struct CopiedLinks(Arc<Mutex<Vec<String>>>);

impl CopiedLinks {
    /// One more link; gives what the clipboard should hold now.
    fn add(&self, url: String) -> String {
        let mut urls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        urls.push(url);
        urls.join("\n")
    }
}

/// The queue. Lives as long as the application; a restart begins an empty one.
pub(crate) struct TransferQueue {
    queue: Mutex<Queue>,
    moved: Notify,
}

impl TransferQueue {
    pub(crate) fn new() -> Self {
        Self { queue: Mutex::default(), moved: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the queue, and has the window told.
    fn change<T>(&self, f: impl FnOnce(&mut Queue) -> T) -> T {
        let result = f(&mut self.lock());
        self.moved.notify_one();
        result
    }

    pub(crate) fn snapshot(&self) -> Transfers {
        self.lock().snapshot()
    }

    pub(crate) fn progress(&self, id: TransferId, done: ByteCount) {
        self.change(|queue| queue.progress(id, done));
    }
}

fn is_active(transfer: &Transfer) -> bool {
    matches!(transfer.state, TransferState::Waiting | TransferState::Running | TransferState::Finishing)
}

/// Tells the window of transfers that moved, at most ten times a second.
pub(crate) async fn tell_window(app: App) {
    loop {
        app.transfer_queue().moved.notified().await;
        let transfers = app.transfer_queue().snapshot();
        app.host().on_event(AppEvent::TransfersChanged { transfers });
        // Not to wait for anything: this is the limit of ten a second.
        tokio::time::sleep(TELL_INTERVAL).await;
    }
}
