//! One transfer, and how it runs and ends.

use notespot_protocol::window::{Transfer, TransferId, TransferState};
use notespot_protocol::{ByteCount, Failure, NodeId};
use notespot_transfer::SMALL_MAX_BYTES;
use tokio_util::sync::CancellationToken;

use crate::transfers::{CopiedLinks, Job};

pub(in crate::transfers) struct Item {
    pub(in crate::transfers) shown: Transfer,
    pub(in crate::transfers) job: Job,
    pub(in crate::transfers) request: i64,
    /// In the journal; 0 for one that does not stand there.
    pub(in crate::transfers) row: i64,
    pub(super) position: i64,
    pub(super) run: Option<Run>,
}

/// How to end one that runs.
#[derive(Clone, Default)]
pub(in crate::transfers) struct Run {
    /// Gives it up, and tells the server.
    pub(in crate::transfers) cancel: CancellationToken,
    /// Drops it: what has arrived stays.
    pub(in crate::transfers) stop: CancellationToken,
}

/// One that is to run now.
pub(in crate::transfers) struct Started {
    pub(in crate::transfers) id: TransferId,
    pub(in crate::transfers) name: String,
    pub(in crate::transfers) job: Job,
    pub(in crate::transfers) run: Run,
    /// Of the same drop.
    pub(in crate::transfers) links: Option<CopiedLinks>,
}

/// How a run ended.
pub(in crate::transfers) enum Ended {
    Done {
        node: Option<NodeId>,
        link_copied: bool,
        called: Option<String>,
    },
    Skipped,
    /// It was dropped, because somebody said so.
    Stopped,
    /// For a reason that passes.
    Offline,
    /// There is a file of its name.
    TargetExists,
    Cancelled,
    Failed(Failure),
}

impl Item {
    pub(super) fn is_over(&self) -> bool {
        self.run.is_none() && is_over(&self.shown.state)
    }

    /// Whether an interrupted run has left anything at the server, or on this machine.
    pub(super) fn leaves_something(&self) -> bool {
        self.shown.size.get() > SMALL_MAX_BYTES as u64
    }

    pub(super) fn to_give_up(&self) -> (String, ByteCount, Job) {
        (self.shown.name.clone(), self.shown.size, self.job.clone())
    }
}

pub(super) fn is_over(state: &TransferState) -> bool {
    matches!(
        state,
        TransferState::Done
            | TransferState::Skipped
            | TransferState::Failed { .. }
            | TransferState::Cancelled
    )
}
