//! How many there are of each kind, kept as they change.

use notespot_protocol::window::{Transfer, TransferState};

/// Counts every transfer once.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) total: usize,
    pub(super) waiting: usize,
    pub(super) moving: usize,
    pub(super) paused: usize,
    pub(super) offline: usize,
    pub(super) asking: usize,
    pub(super) failed: usize,
    pub(super) done: usize,
    /// Of those that move or go on by themselves.
    pub(super) bytes_left: u64,
}

impl Counts {
    pub(super) fn enter(&mut self, shown: &Transfer) {
        self.total += 1;
        if let Some(count) = self.of(&shown.state) {
            *count += 1;
        }
        self.bytes_left += left(shown);
    }

    pub(super) fn leave(&mut self, shown: &Transfer) {
        self.total -= 1;
        if let Some(count) = self.of(&shown.state) {
            *count -= 1;
        }
        self.bytes_left -= left(shown);
    }

    fn of(&mut self, state: &TransferState) -> Option<&mut usize> {
        match state {
            TransferState::Waiting => Some(&mut self.waiting),
            TransferState::Running | TransferState::Finishing => Some(&mut self.moving),
            TransferState::Paused => Some(&mut self.paused),
            TransferState::Offline => Some(&mut self.offline),
            TransferState::TargetExists => Some(&mut self.asking),
            TransferState::Failed { .. } => Some(&mut self.failed),
            TransferState::Done => Some(&mut self.done),
            TransferState::Skipped | TransferState::Cancelled => None,
        }
    }

    pub(super) fn active(&self) -> usize {
        self.waiting + self.moving + self.paused + self.offline + self.asking
    }
}

fn left(shown: &Transfer) -> u64 {
    match shown.state {
        TransferState::Waiting
        | TransferState::Running
        | TransferState::Finishing
        | TransferState::Offline => shown.size.get().saturating_sub(shown.done.get()),
        _ => 0,
    }
}
