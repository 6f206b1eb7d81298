//! The transfers panel: a queue of files, a few of which move at once.
//!
//! The queue is a journal in the library. What was asked for is on the disk before it is shown as
//! waiting, and leaves the journal when it is done: after a crash the rest goes on by itself.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notespot_protocol::ByteCount;
use notespot_protocol::window::{AppEvent, TransferId, Transfers};
use tokio::sync::{Notify, watch};

use crate::{App, FileToDownload, FileUpload};

mod arrived;
mod commands;
mod connection;
mod over_rest;
mod queue;
mod run;
mod speed;
mod take_up;
mod together;

use arrived::Arrived;
pub(crate) use connection::{go_on_when_connected, passes};
pub(crate) use over_rest::OverRest;
use queue::Queue;
pub(crate) use take_up::keep_journal;

/// Between two snapshots to the window.
const TELL_INTERVAL: Duration = Duration::from_millis(100);

/// What is to be done with one file.
#[derive(Clone, Debug)]
pub(crate) enum Job {
    Upload {
        file: FileUpload,
        with_link: bool,
    },
    /// Here `Existing::Fail` is a question to the person.
    Download {
        file: FileToDownload,
    },
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

/// The queue. Lives as long as the application; it is filled from the journal when a library is opened.
pub(crate) struct TransferQueue {
    queue: Mutex<Queue>,
    moved: Notify,
    /// Rows may leave the journal.
    over: Notify,
    /// The connection is away.
    held: Notify,
    /// One fewer is under way.
    room: Notify,
    /// Some are under way.
    busy: watch::Sender<bool>,
    /// The list takes them in.
    arrived: Arrived,
}

impl TransferQueue {
    pub(crate) fn new() -> Self {
        let notify = Notify::new;
        Self {
            queue: Mutex::default(),
            moved: notify(),
            over: notify(),
            held: notify(),
            room: notify(),
            busy: watch::Sender::new(false),
            arrived: Arrived::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the queue, and has the window told.
    fn change<T>(&self, f: impl FnOnce(&mut Queue) -> T) -> T {
        let (result, is_busy) = {
            let mut queue = self.lock();
            (f(&mut queue), queue.is_busy())
        };
        self.busy.send_if_modified(|was| std::mem::replace(was, is_busy) != is_busy);
        self.moved.notify_one();
        result
    }

    /// True while files move that the person asked for.
    pub(crate) fn busy(&self) -> watch::Receiver<bool> {
        self.busy.subscribe()
    }

    pub(crate) fn snapshot(&self) -> Transfers {
        self.lock().snapshot()
    }

    pub(crate) fn progress(&self, id: TransferId, done: ByteCount) {
        self.change(|queue| queue.progress(id, done));
    }

    /// Drops what runs; nothing starts until a library is opened again. The journal keeps all of it.
    pub(crate) fn close(&self) {
        self.change(Queue::close);
    }
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
