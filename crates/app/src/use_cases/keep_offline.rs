//! Keeping files and folders available offline.
//!
//! It is a wish, which holds for what lies in a folder too, now and later. [`offline::keep`](crate::offline::keep)
//! follows it in the background.

use notespot_protocol::window::{NoticeKind, OfflineUsage};
use notespot_protocol::{ByteCount, NodeId};

use crate::offline::{Changed, Offline};
use crate::{App, AppConfig, AppError, settings};

/// What may be used until somebody says otherwise.
const BUDGET: ByteCount = ByteCount(10_000_000_000);
/// Below that, nothing worth its name has room.
const SMALLEST: ByteCount = ByteCount(1_000_000);

impl App {
    /// Keeps these available offline, with all that lies in folders, now and later; or no longer, which frees their
    /// room at once. Each is done or refused alone; the first refusal is the answer.
    pub async fn keep_offline(&self, ids: Vec<NodeId>, is_wanted: bool) -> Result<(), AppError> {
        let library = self.library()?;
        let done = library.keep_offline(ids, is_wanted).await?;
        // Those that were not refused.
        if !is_wanted && let Ok(offline) = self.offline() {
            offline.give_up();
        }
        self.tell_changes(&library);
        done.map_err(AppError::Edit)
    }

    /// Keeps nothing available offline any more, and frees the room.
    pub async fn keep_nothing_offline(&self) -> Result<(), AppError> {
        let library = self.library()?;
        library.keep_nothing_offline().await?;
        self.offline()?.give_up();
        self.tell_changes(&library);
        Ok(())
    }

    /// What may be used, and what is.
    #[must_use]
    pub fn offline_usage(&self) -> OfflineUsage {
        let usage = self.offline().map(|offline| offline.usage()).unwrap_or_default();
        OfflineUsage { budget: budget(self.config()), ..usage }
    }

    /// Holds from now on, and is remembered. Where it is less than what is used, the newest wishes give way. What is
    /// out of all reason becomes the nearest that is not.
    #[expect(clippy::unused_async, reason = "every command is called the same way, from a runtime")]
    pub async fn set_offline_budget(&self, budget: ByteCount) -> Result<(), AppError> {
        settings::remember_offline_budget(&self.config().config_dir, budget.max(SMALLEST))?;
        if let Ok(offline) = self.offline() {
            offline.give_up();
        }
        Ok(())
    }

    /// Takes what an account has on this machine away.
    pub(super) async fn delete_offline(&self, offline: &Offline) -> Result<(), AppError> {
        self.tell_changed_copies(offline.delete().await.map_err(AppError::Kept)?);
        Ok(())
    }

    /// Says where a person's own changes are that they made to a copy.
    pub(crate) fn tell_changed_copies(&self, changed: Vec<Changed>) {
        for Changed { name, file } in changed {
            tracing::warn!(file = %file.display(), "a copy that was opened had been changed: it was kept");
            let error = AppError::ChangedCopy { name, file };
            self.shown().notice(NoticeKind::Failed, Some((&error).into()));
        }
    }
}

/// How much may be kept.
pub(crate) fn budget(config: &AppConfig) -> ByteCount {
    settings::remembered_offline_budget(&config.config_dir).unwrap_or(BUDGET)
}
