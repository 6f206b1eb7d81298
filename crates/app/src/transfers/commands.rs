//! What the window does with transfers.
#![expect(clippy::unused_async, reason = "every command is called the same way")]

use notespot_protocol::ByteCount;
use notespot_protocol::window::{TransferId, TransferState, Transfers};
use tokio_util::sync::CancellationToken;

use super::is_active;
use crate::{App, AppError};

const GONE: AppError = AppError::NotHere { what: "This transfer" };

impl App {
    /// The transfers panel as it stands.
    #[must_use]
    pub fn transfers(&self) -> Transfers {
        self.transfer_queue().snapshot()
    }

    /// Cancels a transfer that waits or runs; one that is done stays done.
    pub async fn cancel_transfer(&self, id: TransferId) -> Result<(), AppError> {
        self.transfer_queue().change(|queue| {
            let item = queue.item(id).ok_or(GONE)?;
            item.cancel.cancel();
            if item.shown.state == TransferState::Waiting {
                item.shown.state = TransferState::Cancelled;
            }
            Ok(())
        })
    }

    /// Tries again a transfer that failed or was cancelled. An upload keeps its reference: whatever
    /// had arrived already makes no second file.
    pub async fn retry_transfer(&self, id: TransferId) -> Result<(), AppError> {
        self.transfer_queue().change(|queue| {
            let item = queue.item(id).ok_or(GONE)?;
            if matches!(item.shown.state, TransferState::Failed { .. } | TransferState::Cancelled) {
                item.cancel = CancellationToken::new();
                item.shown.done = ByteCount::ZERO;
                item.shown.state = TransferState::Waiting;
            }
            Ok::<_, AppError>(())
        })?;
        self.start_transfers();
        Ok(())
    }

    /// Takes everything that is done, failed or cancelled out of the panel.
    pub async fn clear_finished(&self) -> Result<(), AppError> {
        self.transfer_queue().change(|queue| queue.items.retain(|item| is_active(&item.shown)));
        Ok(())
    }

    /// Cancels all of them.
    pub(crate) fn stop_transfers(&self) {
        self.transfer_queue().change(|queue| {
            for item in &mut queue.items {
                item.cancel.cancel();
                if item.shown.state == TransferState::Waiting {
                    item.shown.state = TransferState::Cancelled;
                }
            }
        });
    }
}
