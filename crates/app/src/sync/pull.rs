//! Fetching changes.

use notespot_client::ClientError;
use notespot_protocol::window::SyncStatus;
use notespot_protocol::{ChangesQuery, ErrorCode};

use crate::library::Library;
use crate::{App, AppError, Remote};

/// Things in one page: small enough to show that something happens, large enough to be quick.
const PAGE: u32 = 500;

/// Fetches everything that changed since the library's revision. True when there was anything, also
/// what the library held already because it was done here.
pub(super) async fn pull(app: &App, remote: &Remote, library: &Library) -> Result<bool, AppError> {
    let is_first_fill = library.progress().await?.as_of.is_none();
    let mut received = 0_u32;
    let mut changed = false;
    loop {
        let since = library.progress().await?.revision;
        let page = match remote
            .api
            .changes(ChangesQuery { since, filling_since: None, limit: Some(PAGE) })
            .await
        {
            Err(ClientError::Refused(problem)) if problem.code == ErrorCode::ChangesExpired => {
                tracing::info!(since = since.0, "the history does not reach that far back: filling afresh");
                library.clear().await?;
                continue;
            }
            answer => answer?,
        };
        received = received.saturating_add(u32::try_from(page.changes.len()).unwrap_or(u32::MAX));
        if library.apply_page(&page).await? {
            changed = true;
            app.shown().library_changed();
        }
        let counts = if changed { Some(library.counts().await?) } else { None };
        app.shown().update(|state| {
            state.counts = counts.unwrap_or(state.counts);
            if is_first_fill {
                state.sync.status = SyncStatus::Filling { received };
            } else if page.more {
                state.sync.status = SyncStatus::Syncing;
            }
        });
        if !page.more {
            return Ok(received > 0);
        }
    }
}
