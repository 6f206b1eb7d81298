//! Removing what nobody will ask for again: uploads that were never completed, what was in the trash for long,
//! tombstones that every client has heard of, objects that no record names, and multipart uploads that were begun
//! by a server that died before it kept a record.

use std::collections::HashSet;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use notespot_metadata::MetadataError;
use notespot_metadata::accounts::Accounts;
use notespot_metadata::orphans::Orphan;
use notespot_objects::{ObjectKey, Result as ObjectResult};
use notespot_protocol::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::state::Server;

/// When an upload that was not completed is given up.
const GIVEN_UP_AFTER: Duration = Duration::from_hours(7 * 24);
/// When what is in the trash is deleted for ever.
const TRASHED_FOR: Duration = Duration::from_hours(30 * 24);
/// When it is forgotten that something was deleted: a client that was away for longer fills afresh.
const TOMBSTONES_FOR: Duration = Duration::from_hours(90 * 24);
/// When it is forgotten that a webhook was dealt with: it is repeated for some 28 hours, and can be for five minutes
/// by somebody who overheard it.
const WEBHOOKS_FOR: Duration = Duration::from_hours(3 * 24);
const EVERY: Duration = Duration::from_hours(1);
/// When a multipart upload without a record will not get one any more: records are kept within seconds.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(24);
/// How often the store is asked for those: it lists everything that is open.
const FORGOTTEN_EVERY: Duration = Duration::from_hours(24);
/// How much is read at once.
const AT_ONCE: u32 = 100;

/// Sweeps at the start, every hour, and whenever something was orphaned, until `stop`. Any number of
/// servers may sweep at once: every step can be repeated.
pub(crate) async fn run(server: Arc<Server>, accounts: Arc<dyn Accounts>, stop: CancellationToken) {
    let mut forgotten_due = Instant::now();
    loop {
        if let Err(error) = sweep(&server, &*accounts, &stop).await {
            server.metrics.sweeping_failures.inc();
            tracing::warn!(error = &*error as &dyn Error, "sweeping failed; it is tried again later");
        }
        if forgotten_due <= Instant::now() {
            forgotten_due = Instant::now() + FORGOTTEN_EVERY;
            if let Err(error) = sweep_forgotten(&server).await {
                server.metrics.sweeping_failures.inc();
                tracing::warn!(error = &*error as &dyn Error, "open uploads could not be looked through");
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = server.orphaned.notified() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn sweep(
    server: &Server,
    accounts: &dyn Accounts,
    stop: &CancellationToken,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let now = Timestamp::now();
    accounts.sweep_codes(now).await?;
    server.metadata.sweep_webhooks(now.minus(WEBHOOKS_FOR), now).await?;
    sweep_metadata(server, stop).await?;
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
        if orphans.len() < AT_ONCE as usize || stop.is_cancelled() {
            return Ok(());
        }
    }
}

/// Deletes what was in the trash for long, and forgets what was deleted long ago: in steps, between which others
/// write. The objects go after it, as orphans.
async fn sweep_metadata(server: &Server, stop: &CancellationToken) -> Result<(), MetadataError> {
    while !stop.is_cancelled() {
        let swept = server.metadata.sweep_trash(Timestamp::now().minus(TRASHED_FOR)).await?;
        if swept.deleted > 0 {
            tracing::info!(nodes = swept.deleted, "what was in the trash for long was deleted");
        }
        if !swept.more {
            break;
        }
    }
    while !stop.is_cancelled() {
        if server.metadata.forget_tombstones(Timestamp::now().minus(TOMBSTONES_FOR)).await? == 0 {
            break;
        }
    }
    Ok(())
}

/// Gives up multipart uploads that the store has for long, and nobody else knows of. The bucket is this
/// deployment's alone: another's uploads would be without a record here.
async fn sweep_forgotten(server: &Server) -> Result<(), Box<dyn Error + Send + Sync>> {
    let before = Timestamp::now().minus(FORGOTTEN_AFTER);
    let mut from = None;
    loop {
        let page = server.objects.list_multiparts(from.as_ref()).await?;
        let old: Vec<_> = page.uploads.into_iter().filter(|open| open.begun_at < before).collect();
        let keys: Vec<_> = old.iter().map(|open| open.key.to_string()).collect();
        let known =
            if keys.is_empty() { Vec::new() } else { server.metadata.open_destinations(&keys).await? };
        let known: HashSet<_> = known.into_iter().collect();
        for open in old.iter().filter(|open| !known.contains(open.key.as_str())) {
            tracing::info!(key = %open.key, "a multipart upload without a record is given up");
            server.objects.abort_multipart(&open.key, &open.multipart_id).await?;
        }
        from = page.next;
        if from.is_none() {
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
