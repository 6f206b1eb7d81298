//! What the person does with transfers: hold, cancel, try again, put in order, answer.

use std::path::PathBuf;

use notespot_protocol::ByteCount;
use notespot_protocol::window::{MoveTo, TransferId, TransferState};
use notespot_transfer::Existing;

use super::counts::Counts;
use super::item::is_over;
use super::{Item, Job, Queue};

/// What a cancelled transfer has left, to be given up: its name, its size and what it was.
type Left = (String, ByteCount, Job);

impl Queue {
    /// Holds one that moves or waits. What has arrived stays. Gives its row.
    pub(in crate::transfers) fn pause(&mut self, id: TransferId) -> Option<i64> {
        self.update(id, |item| {
            if item.moves_by_itself() {
                item.shown.state = TransferState::Paused;
                if let Some(run) = &item.run {
                    run.stop.cancel();
                }
            }
            item.row
        })
    }

    /// Lets one go on. Gives its row.
    pub(in crate::transfers) fn resume(&mut self, id: TransferId) -> Option<i64> {
        self.update(id, |item| {
            if item.shown.state == TransferState::Paused {
                item.shown.state = TransferState::Waiting;
            }
            item.row
        })
    }

    /// Gives the rows.
    pub(in crate::transfers) fn pause_all(&mut self) -> Vec<i64> {
        self.unfinished().into_iter().filter_map(|id| self.pause(id)).collect()
    }

    /// Gives the rows.
    pub(in crate::transfers) fn resume_all(&mut self) -> Vec<i64> {
        self.unfinished().into_iter().filter_map(|id| self.resume(id)).collect()
    }

    /// Cancels one that is not over. Gives what it has left, where it is not running: a run gives up
    /// by itself.
    pub(in crate::transfers) fn cancel(&mut self, id: TransferId) -> Option<Vec<Left>> {
        self.update(id, |item| {
            if let Some(run) = &item.run {
                run.cancel.cancel();
                return Vec::new();
            }
            if is_over(&item.shown.state) {
                return Vec::new();
            }
            item.shown.state = TransferState::Cancelled;
            item.leaves_something().then(|| item.to_give_up()).into_iter().collect()
        })
    }

    pub(in crate::transfers) fn cancel_all(&mut self) -> Vec<Left> {
        self.unfinished().into_iter().filter_map(|id| self.cancel(id)).flatten().collect()
    }

    /// Has one that is over without being done wait again, behind all others. `row` is where it stands
    /// in the journal by now.
    pub(in crate::transfers) fn retry(&mut self, id: TransferId, row: i64, position: i64) -> Option<()> {
        self.update(id, |item| {
            if item.can_be_tried_again() {
                item.shown.done = ByteCount::ZERO;
                item.shown.state = TransferState::Waiting;
                (item.row, item.position) = (row, position);
            }
        })
    }

    /// Its file is there now.
    pub(in crate::transfers) fn set_source(&mut self, id: TransferId, path: PathBuf, size: ByteCount) {
        self.update(id, |item| {
            if let (Job::Upload { file, .. }, None) = (&mut item.job, &item.run) {
                item.shown.name = crate::use_cases::upload_files::shown_name(&path);
                item.shown.size = size;
                file.path = path;
            }
        });
    }

    /// Moves one that waits. Gives the rows whose place changed, with their new places.
    pub(in crate::transfers) fn move_to(&mut self, id: TransferId, to: MoveTo) -> Option<Vec<(i64, i64)>> {
        let position = self.items.get(&id.0)?.position;
        // Where one that is over once stood, another may stand by now.
        if self.pending.get(&position) != Some(&id.0) {
            return Some(Vec::new());
        }
        let other = match to {
            MoveTo::Top => {
                let first = *self.pending.first_key_value()?.0;
                if first == position {
                    return Some(Vec::new());
                }
                let running = self.running.first_key_value().map_or(first, |(position, _)| *position);
                let top = first.min(running).saturating_sub(1);
                let row = self.place(id, top)?;
                return Some(vec![(row, top)]);
            }
            MoveTo::Up => self.pending.range(..position).next_back(),
            MoveTo::Down => self.pending.range(position.saturating_add(1)..).next(),
        };
        let Some((&other_position, &other)) = other else { return Some(Vec::new()) };
        // Out of the way first: two never stand at one place.
        self.place(TransferId(other), i64::MIN)?;
        let row = self.place(id, other_position)?;
        let other_row = self.place(TransferId(other), position)?;
        Some(vec![(row, other_position), (other_row, position)])
    }

    /// Says what becomes of the file that is there already, for one or for all of the same request, also
    /// those that are still to be found. Gives the rows.
    pub(in crate::transfers) fn answer(
        &mut self,
        id: TransferId,
        existing: Existing,
        for_all: bool,
    ) -> Option<Vec<i64>> {
        let request = self.items.get(&id.0)?.request;
        let asked: Vec<_> = if for_all {
            self.answers.insert(request, existing);
            let of_request = |item: &&Item| item.request == request;
            self.items.values().filter(of_request).map(|item| item.shown.id).collect()
        } else {
            vec![id]
        };
        let mut answer = |id| {
            self.update(id, |item| {
                let asks = item.shown.state == TransferState::TargetExists;
                if asks {
                    item.shown.state = TransferState::Waiting;
                }
                match &mut item.job {
                    Job::Download { file } if file.existing == Existing::Fail && item.run.is_none() => {
                        file.existing = existing;
                        Some(item.row)
                    }
                    _ => None,
                }
            })?
        };
        Some(asked.into_iter().filter_map(&mut answer).collect())
    }

    /// Takes one that is over out of the panel. Gives what it has left, where it failed: nothing goes on
    /// from it any more.
    pub(in crate::transfers) fn remove(&mut self, id: TransferId) -> Option<Vec<Left>> {
        if !self.items.get(&id.0)?.is_over() {
            return Some(Vec::new());
        }
        let item = self.items.remove(&id.0)?;
        self.lift(&item);
        self.over.extend(Some(item.row).filter(|row| *row != 0));
        let failed = matches!(item.shown.state, TransferState::Failed { .. });
        Some((failed && item.leaves_something()).then(|| item.to_give_up()).into_iter().collect())
    }

    pub(in crate::transfers) fn clear_finished(&mut self) -> Vec<Left> {
        let over: Vec<_> = self.done.iter().chain(&self.failed).copied().collect();
        // Not one by one: each would look for itself among the others.
        self.done.clear();
        self.failed.clear();
        self.forgotten = Counts::default();
        over.into_iter().filter_map(|id| self.remove(TransferId(id))).flatten().collect()
    }

    /// Those that are not over, in their order.
    fn unfinished(&self) -> Vec<TransferId> {
        self.running.values().chain(self.pending.values()).copied().map(TransferId).collect()
    }

    fn place(&mut self, id: TransferId, position: i64) -> Option<i64> {
        self.update(id, |item| {
            item.position = position;
            item.row
        })
    }
}

impl Item {
    pub(in crate::transfers) fn can_be_tried_again(&self) -> bool {
        self.run.is_none()
            && matches!(
                self.shown.state,
                TransferState::Failed { .. } | TransferState::Cancelled | TransferState::Skipped
            )
    }

    fn moves_by_itself(&self) -> bool {
        matches!(
            self.shown.state,
            TransferState::Waiting
                | TransferState::Running
                | TransferState::Finishing
                | TransferState::Offline
        )
    }
}
