//! What waits, what moves, what is over.
//!
//! Everything but a snapshot costs the same with one transfer and with a hundred thousand; a snapshot
//! costs what it shows.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Instant;

use notespot_protocol::window::{Direction, Transfer, TransferId, TransferState};
use notespot_protocol::{ByteCount, Failure};
use notespot_transfer::{Existing, SMALL_MAX_BYTES};

use super::speed::Speed;
use super::{CopiedLinks, Job};
use crate::library::journal::Entry;

mod counts;
mod holding;
mod item;
mod snapshot;
#[cfg(test)]
mod tests;

use counts::Counts;
use item::Run;
pub(super) use item::{Ended, Item, Started};

/// Small files wait for round trips: many move at once.
const SMALL_AT_ONCE: usize = 160;
/// Each larger one sends a few parts at once. Neither kind waits behind the other.
const LARGE_AT_ONCE: usize = 4;
/// Of those that are done or cancelled, and again of those that failed; the oldest are forgotten.
const KEPT_MAX: usize = 1000;
/// A step of this size is no speed: an earlier run left it.
const STEP_MAX: u64 = 2 << 20;

/// Memory: about half a kibibyte for each that is not over, and at most 2,000 of those that are.
#[derive(Default)]
pub(super) struct Queue {
    last: u32,
    items: HashMap<u32, Item>,
    /// Those that are not over and do not run, in their order.
    pending: BTreeMap<i64, u32>,
    running: BTreeMap<i64, u32>,
    asking: BTreeSet<u32>,
    small: Lane,
    large: Lane,
    done: VecDeque<u32>,
    failed: VecDeque<u32>,
    counts: Counts,
    /// Of those that were forgotten since the finished ones were last taken out.
    forgotten: Counts,
    speed: Speed,
    /// Somebody is signed in, and their library is open.
    is_open: bool,
    last_position: i64,
    /// Which opening it is.
    opening: u32,
    /// The connection is away.
    is_held: bool,
    /// Whether any was done since the connection was last seen to be away.
    went_well: bool,
    /// Rows that may leave the journal.
    over: Vec<i64>,
    links: HashMap<i64, CopiedLinks>,
    answers: HashMap<i64, Existing>,
}

/// Those of one kind.
#[derive(Default)]
struct Lane {
    /// Those that may run, in their order.
    waiting: BTreeMap<i64, u32>,
    running: BTreeSet<u32>,
}

impl Queue {
    pub(super) fn item(&mut self, id: TransferId) -> Option<&mut Item> {
        self.items.get_mut(&id.0)
    }

    /// Takes up what stands in the journal of a library that was opened.
    pub(super) fn open(&mut self, entries: Vec<Entry>) -> u32 {
        let (last, opening) = (self.last, self.opening.wrapping_add(1));
        *self = Self { last, opening, is_open: true, ..Self::default() };
        self.last_position = entries.iter().map(|entry| entry.position).max().unwrap_or_default();
        self.add(opening, entries);
        opening
    }

    /// Drops what runs. Nothing starts any more until the library is opened again.
    pub(super) fn close(&mut self) {
        self.is_open = false;
        for id in &self.running {
            // One that was cancelled is just telling the server.
            if let Some(Item { run: Some(run), .. }) = self.items.get(id.1)
                && !run.cancel.is_cancelled()
            {
                run.stop.cancel();
            }
        }
    }

    /// Which opening of the library it is, for [`add`](Self::add).
    pub(super) fn opening(&self) -> u32 {
        self.opening
    }

    /// Whether this opening is still the one.
    pub(super) fn is_open(&self, opening: u32) -> bool {
        self.is_open && opening == self.opening
    }

    /// A place behind all others.
    pub(super) fn next_position(&mut self) -> i64 {
        self.last_position = self.last_position.saturating_add(1);
        self.last_position
    }

    /// Whether any is under way.
    pub(super) fn is_busy(&self) -> bool {
        !self.running.is_empty()
    }

    /// How many are not over.
    pub(super) fn len(&self) -> usize {
        self.pending.len() + self.running.len()
    }

    /// Adds what stands in the journal, unless the library was closed since.
    pub(super) fn add(&mut self, opening: u32, entries: Vec<Entry>) {
        if opening != self.opening {
            return;
        }
        for mut entry in entries {
            if let (Job::Download { file }, Some(answer)) = (&mut entry.job, self.answers.get(&entry.request))
                && file.existing == Existing::Fail
            {
                file.existing = *answer;
            }
            if self.pending.contains_key(&entry.position) || self.running.contains_key(&entry.position) {
                entry.position = self.next_position();
            }
            let state = if entry.paused { TransferState::Paused } else { TransferState::Waiting };
            self.put(entry, state);
        }
    }

    /// Adds one that cannot even begin. It stands in no journal.
    pub(super) fn add_failed(&mut self, opening: u32, entry: Entry, failure: Failure) {
        if opening == self.opening {
            self.put(entry, TransferState::Failed { failure });
        }
    }

    fn put(&mut self, entry: Entry, state: TransferState) {
        self.last = self.last.wrapping_add(1);
        let (direction, node) = match &entry.job {
            Job::Download { file } => (Direction::Download, Some(file.node)),
            Job::Upload { .. } => (Direction::Upload, None),
        };
        let shown = Transfer {
            id: TransferId(self.last),
            direction,
            name: entry.name,
            size: entry.size,
            done: ByteCount::ZERO,
            state,
            node,
            link_copied: false,
            was_there: false,
            saved_as: None,
        };
        let Entry { job, request, row, position, .. } = entry;
        self.settle(Item { shown, job, request, row, position, run: None });
    }

    /// The next that may run, marked as running.
    pub(super) fn take_next(&mut self) -> Option<Started> {
        if !self.is_open || self.is_held {
            return None;
        }
        let next = |lane: &Lane, at_once| {
            if lane.running.len() < at_once { lane.waiting.values().next().copied() } else { None }
        };
        let id = next(&self.small, SMALL_AT_ONCE).or_else(|| next(&self.large, LARGE_AT_ONCE))?;
        let run = Run::default();
        let started = self.update(TransferId(id), |item| {
            item.shown.state = TransferState::Running;
            item.run = Some(run.clone());
            (item.shown.name.clone(), item.job.clone(), item.request)
        });
        let (name, job, request) = started?;
        let with_link = matches!(job, Job::Upload { with_link: true, .. });
        let links = with_link.then(|| self.links.entry(request).or_default().clone());
        Some(Started { id: TransferId(id), name, job, run, links })
    }

    pub(super) fn progress(&mut self, id: TransferId, done: ByteCount) {
        let Some(item) = self.items.get_mut(&id.0) else { return };
        self.counts.leave(&item.shown);
        let moved = done.get().saturating_sub(item.shown.done.get());
        item.shown.done = done;
        match item.shown.state {
            TransferState::Running if done == item.shown.size => item.shown.state = TransferState::Finishing,
            // A part has to be sent again.
            TransferState::Finishing if done < item.shown.size => item.shown.state = TransferState::Running,
            _ => {}
        }
        self.counts.enter(&item.shown);
        if moved <= STEP_MAX {
            self.speed.add(moved, Instant::now());
        }
    }

    /// One ended. Gives it back when what it left has to be given up.
    pub(super) fn ended(&mut self, id: TransferId, how: Ended) -> Option<(String, ByteCount, Job)> {
        let answer = self.items.get(&id.0).and_then(|item| self.answers.get(&item.request)).copied();
        match how {
            Ended::Done { .. } | Ended::Skipped => self.went_well = true,
            Ended::Offline => self.is_held = true,
            _ => {}
        }
        let was_dropped = matches!(how, Ended::Stopped | Ended::Offline);
        self.update(id, |item| {
            let was_cancelled = item.run.take().is_some_and(|run| run.cancel.is_cancelled());
            let shown = &mut item.shown;
            let now = std::mem::replace(&mut shown.state, TransferState::Waiting);
            shown.state = match how {
                Ended::Done { node, link_copied, called } => {
                    shown.done = shown.size;
                    shown.node = node.or(shown.node);
                    shown.link_copied = link_copied;
                    shown.saved_as = called;
                    TransferState::Done
                }
                Ended::Stopped | Ended::Offline if was_cancelled => TransferState::Cancelled,
                Ended::Stopped | Ended::Offline if now == TransferState::Paused => now,
                Ended::Stopped => TransferState::Waiting,
                Ended::Offline => TransferState::Offline,
                Ended::TargetExists => match (&mut item.job, answer) {
                    (Job::Download { file }, Some(answer)) => {
                        file.existing = answer;
                        TransferState::Waiting
                    }
                    _ => TransferState::TargetExists,
                },
                Ended::Skipped => TransferState::Skipped,
                Ended::Cancelled => TransferState::Cancelled,
                Ended::Failed(failure) => TransferState::Failed { failure },
            };
            // A run that was cancelled has told the server by itself; one that was dropped has not.
            (was_dropped && was_cancelled && item.leaves_something()).then(|| item.to_give_up())
        })?
    }

    /// The connection may be back.
    pub(super) fn release(&mut self) {
        self.is_held = false;
    }

    pub(super) fn is_held(&self) -> bool {
        self.is_held
    }

    /// Whether any was done since this was last asked.
    pub(super) fn went_well(&mut self) -> bool {
        std::mem::take(&mut self.went_well)
    }

    /// Rows that may leave the journal since this was last asked.
    pub(super) fn take_over(&mut self) -> Vec<i64> {
        std::mem::take(&mut self.over)
    }

    /// Changes one, wherever it stands before and after.
    fn update<T>(&mut self, id: TransferId, change: impl FnOnce(&mut Item) -> T) -> Option<T> {
        let mut item = self.items.remove(&id.0)?;
        self.lift(&item);
        let result = change(&mut item);
        self.settle(item);
        Some(result)
    }

    fn lane(&mut self, size: ByteCount) -> &mut Lane {
        if size.get() <= SMALL_MAX_BYTES as u64 { &mut self.small } else { &mut self.large }
    }

    /// Takes one out of everything that refers to it.
    fn lift(&mut self, item: &Item) {
        let (id, position) = (item.shown.id.0, item.position);
        self.counts.leave(&item.shown);
        // One that is over holds no place: another may stand there by now.
        if item.is_over() {
            self.done.retain(|one| *one != id);
            self.failed.retain(|one| *one != id);
            return;
        }
        let lane = self.lane(item.shown.size);
        lane.running.remove(&id);
        lane.waiting.remove(&position);
        self.pending.remove(&position);
        self.running.remove(&position);
        self.asking.remove(&id);
    }

    fn settle(&mut self, mut item: Item) {
        let (id, position) = (item.shown.id.0, item.position);
        self.counts.enter(&item.shown);
        if item.run.is_some() {
            self.running.insert(position, id);
            self.lane(item.shown.size).running.insert(id);
        } else if item.is_over() {
            if !matches!(item.shown.state, TransferState::Failed { .. }) && item.row != 0 {
                self.over.push(std::mem::take(&mut item.row));
            }
            self.items.insert(id, item);
            return self.keep(id);
        } else {
            self.pending.insert(position, id);
            match item.shown.state {
                TransferState::Waiting | TransferState::Offline => {
                    self.lane(item.shown.size).waiting.insert(position, id);
                }
                TransferState::TargetExists => {
                    self.asking.insert(id);
                }
                _ => {}
            }
        }
        self.items.insert(id, item);
    }

    /// One more is over: the oldest are forgotten. What failed is not pushed out by what did not.
    fn keep(&mut self, id: u32) {
        let Some(item) = self.items.get(&id) else { return };
        let failed = matches!(item.shown.state, TransferState::Failed { .. });
        let kept = if failed { &mut self.failed } else { &mut self.done };
        kept.push_back(id);
        while kept.len() > KEPT_MAX {
            let Some(oldest) = kept.pop_front() else { break };
            if let Some(item) = self.items.remove(&oldest) {
                self.counts.leave(&item.shown);
                self.forgotten.enter(&item.shown);
                self.over.extend(Some(item.row).filter(|row| *row != 0));
            }
        }
    }
}
