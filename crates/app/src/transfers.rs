//! The transfers panel: a queue of files, a few of which move at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use notespot_protocol::window::{AppEvent, Direction, Transfer, TransferId, TransferState, Transfers};
use notespot_protocol::{ByteCount, Failure, NodeId};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{App, AppError, DownloadTo, FileUpload};

mod commands;
mod over_rest;
mod run;
mod speed;
mod together;

pub(crate) use over_rest::OverRest;
use speed::Speed;

/// Files that move at once; each of them sends a few parts at once.
const RUNNING_MAX: usize = 3;
/// How many a snapshot holds: see [`Transfers`].
const SHOWN_MAX: usize = 200;
/// Finished ones beyond this are dropped, the oldest first.
const FINISHED_MAX: usize = 1000;
/// Between two snapshots to the window.
const TELL_INTERVAL: Duration = Duration::from_millis(100);

/// What is to be done with one file.
#[derive(Clone)]
pub(crate) enum Job {
    Upload { file: FileUpload, links: Option<CopiedLinks> },
    Download { node: NodeId, to: DownloadTo },
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

struct Item {
    shown: Transfer,
    job: Job,
    cancel: CancellationToken,
}

#[derive(Default)]
struct Queue {
    last: u32,
    items: Vec<Item>,
    running: usize,
    speed: Speed,
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
        self.change(|queue| {
            let Some(item) = queue.item(id) else { return };
            let moved = done.get().saturating_sub(item.shown.done.get());
            item.shown.done = done;
            match item.shown.state {
                TransferState::Running if done == item.shown.size => {
                    item.shown.state = TransferState::Finishing;
                }
                // A part has to be sent again.
                TransferState::Finishing if done < item.shown.size => {
                    item.shown.state = TransferState::Running;
                }
                _ => {}
            }
            queue.speed.add(moved, Instant::now());
        });
    }
}

impl Queue {
    fn item(&mut self, id: TransferId) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| item.shown.id == id)
    }

    fn add(&mut self, direction: Direction, name: String, size: ByteCount, job: Job) {
        self.last = self.last.wrapping_add(1);
        let node = match &job {
            Job::Download { node, .. } => Some(*node),
            Job::Upload { .. } => None,
        };
        let shown = Transfer {
            id: TransferId(self.last),
            direction,
            name,
            size,
            done: ByteCount::ZERO,
            state: TransferState::Waiting,
            node,
            link_copied: false,
        };
        self.items.push(Item { shown, job, cancel: CancellationToken::new() });
    }

    /// The next that may run, marked as running.
    fn take_next(&mut self) -> Option<(TransferId, Job, CancellationToken)> {
        if self.running >= RUNNING_MAX {
            return None;
        }
        let item = self.items.iter_mut().find(|item| item.shown.state == TransferState::Waiting)?;
        item.shown.state = TransferState::Running;
        self.running += 1;
        Some((item.shown.id, item.job.clone(), item.cancel.clone()))
    }

    fn finished(&mut self, id: TransferId, result: Result<(), &AppError>) {
        self.running = self.running.saturating_sub(1);
        if let Some(item) = self.item(id) {
            item.shown.state = match result {
                Ok(()) => {
                    item.shown.done = item.shown.size;
                    TransferState::Done
                }
                Err(AppError::Cancelled) => TransferState::Cancelled,
                Err(error) => TransferState::Failed { failure: Failure::from(error) },
            };
        }
        self.drop_oldest();
    }

    fn drop_oldest(&mut self) {
        let finished = self.items.iter().filter(|item| !is_active(&item.shown)).count();
        let mut surplus = finished.saturating_sub(FINISHED_MAX);
        self.items.retain(|item| {
            let goes = surplus > 0 && !is_active(&item.shown);
            surplus -= usize::from(goes);
            !goes
        });
    }

    fn snapshot(&self) -> Transfers {
        let (active, finished): (Vec<_>, Vec<_>) = self.items.iter().partition(|item| is_active(&item.shown));
        let bytes_per_second = self.speed.bytes_per_second(Instant::now());
        let left: u64 =
            active.iter().map(|item| item.shown.size.get().saturating_sub(item.shown.done.get())).sum();
        let shown = active.iter().chain(finished.iter().rev());
        Transfers {
            items: shown.take(SHOWN_MAX).map(|item| item.shown.clone()).collect(),
            total: u32::try_from(self.items.len()).unwrap_or(u32::MAX),
            active: u32::try_from(active.len()).unwrap_or(u32::MAX),
            bytes_per_second,
            seconds_left: match bytes_per_second {
                0 => None,
                speed if active.is_empty() || speed == 0 => None,
                speed => Some(u32::try_from(left.div_ceil(speed)).unwrap_or(u32::MAX)),
            },
        }
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
