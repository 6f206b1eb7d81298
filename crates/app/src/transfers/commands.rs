//! What the window does with transfers.
#![expect(clippy::unused_async, reason = "every command is called the same way")]

use notespot_protocol::window::{TransferId, Transfers};

use super::Queue;
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
        self.transfer_queue().change(|queue| queue.cancel(id)).ok_or(GONE)
    }

    /// Tries again a transfer that failed or was cancelled. An upload keeps its reference: whatever
    /// had arrived already makes no second file.
    pub async fn retry_transfer(&self, id: TransferId) -> Result<(), AppError> {
        self.transfer_queue().change(|queue| queue.retry(id)).ok_or(GONE)?;
        self.start_transfers();
        Ok(())
    }

    /// Takes everything that is done, failed or cancelled out of the panel.
    pub async fn clear_finished(&self) -> Result<(), AppError> {
        self.transfer_queue().change(Queue::clear_finished);
        Ok(())
    }

    /// Cancels all of them.
    pub(crate) fn stop_transfers(&self) {
        self.transfer_queue().change(Queue::cancel_all);
    }
}
