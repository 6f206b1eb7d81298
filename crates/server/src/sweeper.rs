//! Removing what nobody will ask for again: uploads that were never completed, and objects that no
//! record names.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use notespot_metadata::accounts::Accounts;
use notespot_metadata::orphans::Orphan;
use notespot_objects::{ObjectKey, Result as ObjectResult};
use notespot_protocol::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::state::Server;

/// When an upload that was not completed is given up.
const GIVEN_UP_AFTER: Duration = Duration::from_hours(7 * 24);
const EVERY: Duration = Duration::from_hours(1);
/// How much is read at once.
const AT_ONCE: u32 = 100;

/// Sweeps at the start, every hour, and whenever something was orphaned, until `stop`. Any number of
/// servers may sweep at once: every step can be repeated.
pub(crate) async fn run(server: Arc<Server>, accounts: Arc<dyn Accounts>, stop: CancellationToken) {
    loop {
        if let Err(error) = sweep(&server, &*accounts).await {
            tracing::warn!(error = &*error as &dyn Error, "sweeping failed; it is tried again later");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = server.orphaned.notified() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn sweep(server: &Server, accounts: &dyn Accounts) -> Result<(), Box<dyn Error + Send + Sync>> {
    accounts.sweep_codes(Timestamp::now()).await?;
    loop {
        let stale = server.metadata.stale_uploads(Timestamp::now().minus(GIVEN_UP_AFTER), AT_ONCE).await?;
        for upload in &stale {
            server.metadata.abort_upload(&upload.owner, upload.id).await?;
        }
        if stale.len() < AT_ONCE as usize {
            break;
        }
    }
    loop {
        let now = Timestamp::now();
        let orphans = server.metadata.orphans(now, AT_ONCE).await?;
        for orphan in &orphans {
            remove(server, orphan).await?;
            server.metadata.orphan_removed(now, &orphan.object_key).await?;
        }
        if orphans.len() < AT_ONCE as usize {
            return Ok(());
        }
    }
}

async fn remove(server: &Server, orphan: &Orphan) -> ObjectResult<()> {
    let key = ObjectKey::parse(&orphan.object_key)?;
    if let Some(multipart_id) = &orphan.multipart_id {
        server.objects.abort_multipart(&key, multipart_id).await?;
    }
    server.objects.delete(&key).await
}
