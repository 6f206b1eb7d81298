//! What waits, what moves, what is over.
//!
//! Everything but a snapshot costs the same with one transfer and with a hundred thousand.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use notespot_protocol::window::{Direction, Transfer, TransferId, TransferState, Transfers};
use notespot_protocol::{ByteCount, Failure};
use notespot_transfer::SMALL_MAX_BYTES;
use tokio_util::sync::CancellationToken;

use super::speed::Speed;
use super::{Job, is_active};
use crate::AppError;

/// Small files wait for round trips: many move at once.
const SMALL_AT_ONCE: usize = 128;
/// Each larger one sends a few parts at once. Neither kind waits behind the other.
const LARGE_AT_ONCE: usize = 4;
/// How many a snapshot holds: see [`Transfers`].
const SHOWN_MAX: usize = 200;
/// Of those that are done or cancelled, and again of those that failed; the oldest are forgotten.
const KEPT_MAX: usize = 1000;

pub(super) struct Item {
    pub(super) shown: Transfer,
    job: Job,
    pub(super) cancel: CancellationToken,
}

/// Memory: about half a kibibyte for each that is not over, and at most 2,000 of those that are.
#[derive(Default)]
pub(super) struct Queue {
    last: u32,
    items: BTreeMap<u32, Item>,
    small: Lane,
    large: Lane,
    done: VecDeque<TransferId>,
    failed: VecDeque<TransferId>,
    speed: Speed,
}

/// Those of one kind.
#[derive(Default)]
struct Lane {
    /// In order. Some may have been cancelled since.
    waiting: VecDeque<TransferId>,
    running: BTreeSet<u32>,
}

impl Queue {
    pub(super) fn item(&mut self, id: TransferId) -> Option<&mut Item> {
        self.items.get_mut(&id.0)
    }

    fn lane(&mut self, size: ByteCount) -> &mut Lane {
        if size.get() <= SMALL_MAX_BYTES as u64 { &mut self.small } else { &mut self.large }
    }

    pub(super) fn add(
        &mut self,
        direction: Direction,
        name: String,
        size: ByteCount,
        job: Job,
    ) -> TransferId {
        self.last = self.last.wrapping_add(1);
        let id = TransferId(self.last);
        let node = match &job {
            Job::Download { file } => Some(file.node),
            Job::Upload { .. } => None,
        };
        let shown = Transfer {
            id,
            direction,
            name,
            size,
            done: ByteCount::ZERO,
            state: TransferState::Waiting,
            node,
            link_copied: false,
            was_there: false,
        };
        self.items.insert(id.0, Item { shown, job, cancel: CancellationToken::new() });
        self.lane(size).waiting.push_back(id);
        id
    }

    /// The next that may run, marked as running.
    pub(super) fn take_next(&mut self) -> Option<(TransferId, Job, CancellationToken)> {
        for (lane, at_once) in [(&mut self.small, SMALL_AT_ONCE), (&mut self.large, LARGE_AT_ONCE)] {
            while lane.running.len() < at_once
                && let Some(id) = lane.waiting.pop_front()
            {
                let Some(item) = self.items.get_mut(&id.0) else { continue };
                if item.shown.state == TransferState::Waiting {
                    item.shown.state = TransferState::Running;
                    lane.running.insert(id.0);
                    return Some((id, item.job.clone(), item.cancel.clone()));
                }
            }
        }
        None
    }

    pub(super) fn progress(&mut self, id: TransferId, done: ByteCount) {
        let Some(item) = self.items.get_mut(&id.0) else { return };
        let moved = done.get().saturating_sub(item.shown.done.get());
        item.shown.done = done;
        match item.shown.state {
            TransferState::Running if done == item.shown.size => item.shown.state = TransferState::Finishing,
            // A part has to be sent again.
            TransferState::Finishing if done < item.shown.size => item.shown.state = TransferState::Running,
            _ => {}
        }
        self.speed.add(moved, Instant::now());
    }

    pub(super) fn finished(&mut self, id: TransferId, result: Result<(), &AppError>) {
        self.small.running.remove(&id.0);
        self.large.running.remove(&id.0);
        let Some(item) = self.items.get_mut(&id.0) else { return };
        item.shown.state = match result {
            Ok(()) => {
                item.shown.done = item.shown.size;
                TransferState::Done
            }
            Err(AppError::Cancelled) => TransferState::Cancelled,
            Err(error) => TransferState::Failed { failure: Failure::from(error) },
        };
        self.keep(id);
    }

    /// Cancels one that waits or runs.
    pub(super) fn cancel(&mut self, id: TransferId) -> Option<()> {
        let item = self.items.get_mut(&id.0)?;
        item.cancel.cancel();
        if item.shown.state == TransferState::Waiting {
            item.shown.state = TransferState::Cancelled;
            self.keep(id);
        }
        Some(())
    }

    pub(super) fn cancel_all(&mut self) {
        let ids: Vec<_> = self.items.keys().copied().map(TransferId).collect();
        for id in ids {
            self.cancel(id);
        }
    }

    /// Has one that failed or was cancelled wait again.
    pub(super) fn retry(&mut self, id: TransferId) -> Option<()> {
        let item = self.items.get_mut(&id.0)?;
        if matches!(item.shown.state, TransferState::Failed { .. } | TransferState::Cancelled) {
            item.cancel = CancellationToken::new();
            item.shown.done = ByteCount::ZERO;
            item.shown.state = TransferState::Waiting;
            let size = item.shown.size;
            self.lane(size).waiting.push_back(id);
        }
        Some(())
    }

    pub(super) fn clear_finished(&mut self) {
        self.items.retain(|_, item| is_active(&item.shown));
        self.done.clear();
        self.failed.clear();
    }

    /// One more is over: the oldest are forgotten. What failed is not pushed out by what did not.
    fn keep(&mut self, id: TransferId) {
        let Some(item) = self.items.get(&id.0) else { return };
        let failed = matches!(item.shown.state, TransferState::Failed { .. });
        let kept = if failed { &mut self.failed } else { &mut self.done };
        kept.push_back(id);
        while kept.len() > KEPT_MAX {
            let Some(oldest) = kept.pop_front() else { break };
            // It may have been tried again since.
            if self.items.get(&oldest.0).is_some_and(|item| !is_active(&item.shown)) {
                self.items.remove(&oldest.0);
            }
        }
    }

    /// What moves, then what waits, then what is over, the latest first.
    pub(super) fn snapshot(&self) -> Transfers {
        let running = self.small.running.iter().chain(&self.large.running).collect::<BTreeSet<_>>();
        let moving = running.iter().filter_map(|id| self.items.get(id));
        let waiting = self.items.values().filter(|item| item.shown.state == TransferState::Waiting);
        let over = self.items.values().rev().filter(|item| !is_active(&item.shown));
        let active = || self.items.values().filter(|item| is_active(&item.shown));
        let left: u64 =
            active().map(|item| item.shown.size.get().saturating_sub(item.shown.done.get())).sum();
        let active = active().count();
        let bytes_per_second = self.speed.bytes_per_second(Instant::now());
        Transfers {
            items: moving.chain(waiting).chain(over).take(SHOWN_MAX).map(|item| item.shown.clone()).collect(),
            total: u32::try_from(self.items.len()).unwrap_or(u32::MAX),
            active: u32::try_from(active).unwrap_or(u32::MAX),
            bytes_per_second,
            seconds_left: match bytes_per_second {
                0 => None,
                _ if active == 0 => None,
                speed => Some(u32::try_from(left.div_ceil(speed)).unwrap_or(u32::MAX)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::{Existing, FileToDownload, FileUpload, SaveTo};

    const LARGE: ByteCount = ByteCount(1 << 30);

    fn upload() -> Job {
        Job::Upload { file: FileUpload::new(PathBuf::from("a"), None), links: None }
    }

    fn queue(sizes: &[ByteCount]) -> Queue {
        let mut queue = Queue::default();
        for size in sizes {
            queue.add(Direction::Upload, "a".to_owned(), *size, upload());
        }
        queue
    }

    fn started(queue: &mut Queue) -> Vec<u32> {
        std::iter::from_fn(|| queue.take_next()).map(|(id, ..)| id.0).collect()
    }

    #[test]
    fn a_small_file_does_not_wait_behind_large_ones_nor_the_reverse() {
        let mut sizes = vec![LARGE; 10];
        sizes.extend([ByteCount(1); 200]);
        sizes.push(LARGE);
        let mut queue = queue(&sizes);
        let first = started(&mut queue);
        assert_eq!(first.iter().filter(|id| **id <= 10).count(), LARGE_AT_ONCE);
        assert_eq!(first.len(), LARGE_AT_ONCE + SMALL_AT_ONCE);
        let shown: Vec<_> = queue.snapshot().items.iter().map(|one| one.id.0).collect();
        assert_eq!(shown.len(), SHOWN_MAX);
        assert!(first.iter().all(|id| shown.contains(id)), "what moves is shown before what waits");
    }

    #[test]
    fn what_failed_is_not_pushed_out_by_what_is_done() {
        let mut queue = queue(&vec![ByteCount(1); 2500]);
        let mut error = Some(AppError::NoHomeFolder);
        while let Some((id, ..)) = queue.take_next() {
            let outcome = error.take();
            queue.finished(id, outcome.as_ref().map_or(Ok(()), Err));
        }
        assert_eq!(queue.items.len(), KEPT_MAX + 1);
        assert!(matches!(queue.item(TransferId(1)).unwrap().shown.state, TransferState::Failed { .. }));
        assert_eq!(queue.snapshot().active, 0);
    }

    #[test]
    fn one_that_was_cancelled_while_it_waited_never_starts_and_can_be_tried_again() {
        let mut queue = queue(&[LARGE; 6]);
        started(&mut queue);
        queue.cancel(TransferId(5)).unwrap();
        queue.finished(TransferId(1), Ok(()));
        queue.finished(TransferId(2), Ok(()));
        assert_eq!(started(&mut queue), [6]);
        queue.retry(TransferId(5)).unwrap();
        assert_eq!(started(&mut queue), [5]);
        queue.clear_finished();
        assert_eq!(queue.items.len(), 4);
    }

    #[test]
    fn downloads_wait_in_the_same_lanes() {
        let mut queue = Queue::default();
        let file = FileToDownload {
            node: notespot_protocol::NodeId::generate(),
            to: SaveTo::Folder(PathBuf::from(".")),
            existing: Existing::KeepBoth,
        };
        let job = Job::Download { file };
        queue.add(Direction::Download, "a".to_owned(), LARGE, job);
        assert_eq!(started(&mut queue), [1]);
        assert!(queue.snapshot().items[0].node.is_some());
    }
}
