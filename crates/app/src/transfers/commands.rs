//! What the window does with transfers. Each change is in the journal when a command returns.

use std::path::PathBuf;

use notespot_protocol::window::{MoveTo, TargetAnswer, TransferId, Transfers};
use notespot_transfer::Existing;

use super::Queue;
use super::run::size_of;
use super::take_up::key_of;
use crate::library::journal::Entry;
use crate::{App, AppError};

const GONE: AppError = AppError::NotHere { what: "This transfer" };

impl App {
    /// The transfers panel as it stands.
    #[must_use]
    pub fn transfers(&self) -> Transfers {
        self.transfer_queue().snapshot()
    }

    /// Holds one that moves or waits; what has arrived stays.
    pub async fn pause_transfer(&self, id: TransferId) -> Result<(), AppError> {
        let row = self.transfer_queue().change(|queue| queue.pause(id)).ok_or(GONE)?;
        Ok(self.library()?.set_paused(&[row], true).await?)
    }

    /// Lets one go on that was held.
    pub async fn resume_transfer(&self, id: TransferId) -> Result<(), AppError> {
        let row = self.transfer_queue().change(|queue| queue.resume(id)).ok_or(GONE)?;
        self.start_transfers();
        Ok(self.library()?.set_paused(&[row], false).await?)
    }

    /// Holds all of them.
    pub async fn pause_all_transfers(&self) -> Result<(), AppError> {
        let rows = self.transfer_queue().change(Queue::pause_all);
        Ok(self.library()?.set_paused(&rows, true).await?)
    }

    /// Lets all of them go on.
    pub async fn resume_all_transfers(&self) -> Result<(), AppError> {
        let rows = self.transfer_queue().change(Queue::resume_all);
        self.start_transfers();
        Ok(self.library()?.set_paused(&rows, false).await?)
    }

    /// Cancels a transfer that is not over; one that is done stays done. What has arrived goes.
    pub async fn cancel_transfer(&self, id: TransferId) -> Result<(), AppError> {
        let left = self.transfer_queue().change(|queue| queue.cancel(id)).ok_or(GONE)?;
        self.give_up(left);
        self.settle_cancelled().await
    }

    /// Cancels all that are not over.
    pub async fn cancel_all_transfers(&self) -> Result<(), AppError> {
        self.stop_transfers();
        self.settle_cancelled().await
    }

    async fn settle_cancelled(&self) -> Result<(), AppError> {
        self.transfer_queue().room.notify_waiters();
        let library = self.library()?;
        self.settle_journal(&library).await;
        Ok(())
    }

    /// Moves one that waits, in the order in which they are shown.
    pub async fn move_transfer(&self, id: TransferId, to: MoveTo) -> Result<(), AppError> {
        let places = self.transfer_queue().change(|queue| queue.move_to(id, to)).ok_or(GONE)?;
        Ok(self.library()?.set_positions(&places).await?)
    }

    /// Says what becomes of a file that has a download's name already; with `for_all`, of all that were
    /// asked for together with it.
    pub async fn answer_target(
        &self,
        id: TransferId,
        answer: TargetAnswer,
        for_all: bool,
    ) -> Result<(), AppError> {
        let existing = match answer {
            TargetAnswer::KeepBoth => Existing::KeepBoth,
            TargetAnswer::Replace => Existing::Replace,
            TargetAnswer::Skip => Existing::Skip,
        };
        let rows = self.transfer_queue().change(|queue| queue.answer(id, existing, for_all)).ok_or(GONE)?;
        self.library()?.set_existing(&rows, existing).await?;
        self.start_transfers();
        Ok(())
    }

    /// Tries again a transfer that failed, was cancelled or was left out. An upload keeps its reference:
    /// whatever had arrived already makes no second file.
    pub async fn retry_transfer(&self, id: TransferId) -> Result<(), AppError> {
        let library = self.library()?;
        let queue = self.transfer_queue();
        let again = queue.change(|queue| {
            let position = queue.next_position();
            let item = queue.item(id)?;
            let (request, job) = (item.request, item.job.clone());
            let (name, size, key) = (item.shown.name.clone(), item.shown.size, key_of(request, &job));
            let entry = Entry { row: item.row, request, key, position, paused: false, name, size, job };
            Some(item.can_be_tried_again().then_some(entry))
        });
        let Some(entry) = again.ok_or(GONE)? else { return Ok(()) };
        let (mut row, position) = (entry.row, entry.position);
        if row == 0 {
            // It may have been on its way out.
            self.settle_journal(&library).await;
            let made = library.begin_transfers(vec![entry]).await?;
            row = made.first().map_or(0, |entry| entry.row);
        } else {
            library.set_positions(&[(row, position)]).await?;
        }
        queue.change(|queue| queue.retry(id, row, position)).ok_or(GONE)?;
        self.start_transfers();
        Ok(())
    }

    /// Takes the file of an upload from where it is now, and tries again.
    pub async fn choose_again(&self, id: TransferId, path: PathBuf) -> Result<(), AppError> {
        let size = size_of(&path)?;
        let row = self.transfer_queue().change(|queue| queue.item(id).map(|item| item.row)).ok_or(GONE)?;
        self.library()?.set_source(row, &path, size).await?;
        self.transfer_queue().change(|queue| queue.set_source(id, path, size));
        self.retry_transfer(id).await
    }

    /// Takes one that is over out of the panel.
    pub async fn remove_transfer(&self, id: TransferId) -> Result<(), AppError> {
        let left = self.transfer_queue().change(|queue| queue.remove(id)).ok_or(GONE)?;
        self.give_up(left);
        self.settle_cancelled().await
    }

    /// Takes everything that is done, failed or cancelled out of the panel.
    pub async fn clear_finished(&self) -> Result<(), AppError> {
        let left = self.transfer_queue().change(Queue::clear_finished);
        self.give_up(left);
        self.settle_cancelled().await
    }

    /// Cancels all of them.
    pub(crate) fn stop_transfers(&self) {
        let left = self.transfer_queue().change(Queue::cancel_all);
        self.give_up(left);
    }
}
