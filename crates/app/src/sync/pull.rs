//! Fetching changes.

use notespot_client::ClientError;
use notespot_protocol::{ChangesPage, ChangesQuery, ErrorCode, Revision};

use super::server::SyncServer;
use crate::AppError;
use crate::library::Library;

/// Things in one page: small enough to show that something happens and to take little memory (about 1 MB as it comes,
/// and several times that while it is taken in), large enough that what somebody does to a thousand files at once is
/// one page, and one look at the list.
const PAGE: u32 = 2000;

/// What came with one page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pulled {
    /// Everything comes, and not only what changed.
    pub(super) is_fill: bool,
    /// Things received so far.
    pub(super) received: u32,
    /// Rows look different.
    pub(super) changed: bool,
    /// There is more.
    pub(super) more: bool,
}

/// Fetches everything that changed since the library's revision. True when there was anything, also
/// what the library held already because it was done here.
///
/// `told` is called after each page. Memory: two pages, because one is fetched while the one before it is taken in.
pub(super) async fn pull(
    server: &impl SyncServer,
    library: &Library,
    told: &(dyn Fn(Pulled) + Sync),
) -> Result<bool, AppError> {
    let mut page = first_page(server, library).await?;
    let filling_since = library.filling_since().await?;
    let mut received = 0_u32;
    loop {
        received = received.saturating_add(u32::try_from(page.changes.len()).unwrap_or(u32::MAX));
        let (reached, more) = (page.revision, page.more);
        let next = async { if more { Some(fetch(server, reached, filling_since).await) } else { None } };
        let (changed, next) = tokio::join!(library.apply_page(page), next);
        told(Pulled { is_fill: filling_since.is_some(), received, changed: changed?, more });
        match next {
            Some(fetched) => page = fetched?,
            None => break,
        }
    }
    if filling_since.is_some() {
        library.end_fill().await?;
        told(Pulled { is_fill: true, received, changed: true, more: false });
    }
    Ok(received > 0)
}

/// The page after what the library holds. Where that is nothing, or so old that the server cannot say what was
/// deleted since, the library is emptied for all of it.
async fn first_page(server: &impl SyncServer, library: &Library) -> Result<ChangesPage, AppError> {
    if !library.is_new().await? {
        let since = library.progress().await?.revision;
        // Who held everything of an account in which nothing had happened yet asks like somebody new, and has something
        // to forget all the same: what was made here meanwhile.
        let held_nothing = (since == Revision::ZERO).then_some(since);
        match fetch(server, since, library.filling_since().await?.or(held_nothing)).await {
            Err(ClientError::Refused(problem)) if problem.code == ErrorCode::ChangesExpired => {
                tracing::info!(since = since.0, "the history does not reach that far back: filling afresh");
            }
            answer => return Ok(answer?),
        }
    }
    let page = fetch(server, Revision::ZERO, None).await?;
    library.begin_fill(page.newest).await?;
    Ok(page)
}

async fn fetch(
    server: &impl SyncServer,
    since: Revision,
    filling_since: Option<Revision>,
) -> Result<ChangesPage, ClientError> {
    server.changes(ChangesQuery { since, filling_since, limit: Some(PAGE) }).await
}
