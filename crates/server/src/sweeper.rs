//! Removing what nobody will ask for again: uploads that were never completed, and records of those that were; what
//! was in the trash for long; tombstones that every client has heard of; objects that no record names; and multipart
//! uploads that were begun by a server that died before it kept a record.

use std::collections::HashSet;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
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
/// When it is forgotten what an upload became, or that it was given up. Whoever was away for longer, in the middle of
/// it, sends the file once more, beside the one that is there.
const UPLOADS_FOR: Duration = TOMBSTONES_FOR;
/// When it is forgotten that a webhook was dealt with: it is repeated for some 28 hours, and can be for five minutes
/// by somebody who overheard it.
const WEBHOOKS_FOR: Duration = Duration::from_hours(3 * 24);
const EVERY: Duration = Duration::from_hours(1);
/// When a multipart upload without a record will not get one any more: records are kept within seconds.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(24);
/// How often the store is asked for those: it lists everything that is open.
const FORGOTTEN_EVERY: Duration = Duration::from_hours(24);
/// A store far away answers each after some hundredths of a second.
const REMOVED_AT_ONCE: usize = 16;
/// After so many that the store kept, no more are tried until the next time.
const KEPT_MAX: usize = 16;
/// How much is read at once.
const AT_ONCE: u32 = 100;

type Failed = Box<dyn Error + Send + Sync>;

/// Sweeps at the start, every hour, and whenever something was orphaned, until `stop`. Any number of
/// servers may sweep at once: every step can be repeated, and cut off anywhere.
pub(crate) async fn run(server: Arc<Server>, accounts: Arc<dyn Accounts>, stop: CancellationToken) {
    let mut forgotten_due = Instant::now();
    loop {
        let sweeping = async {
            sweep(&server, &*accounts).await;
            if forgotten_due <= Instant::now() {
                forgotten_due = Instant::now() + FORGOTTEN_EVERY;
                note(&server, "multipart uploads without a record", sweep_forgotten(&server).await);
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = sweeping => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = server.orphaned.notified() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// All that is in the metadata, and the objects that go with it. What fails does not keep the rest from going.
async fn sweep(server: &Server, accounts: &dyn Accounts) {
    let now = Timestamp::now();
    note(server, "sign-in codes", accounts.sweep_codes(now).await);
    note(server, "webhooks", server.metadata.sweep_webhooks(now.minus(WEBHOOKS_FOR), now).await);
    note(server, "the trash", sweep_trash(server).await);
    note(server, "tombstones", sweep_tombstones(server).await);
    note(server, "uploads that have ended", sweep_uploads(server).await);
    note(server, "uploads that were not completed", sweep_stale_uploads(server).await);
    note(server, "objects", sweep_orphans(server).await);
}

fn note(server: &Server, what: &str, swept: Result<(), impl Into<Failed>>) {
    if let Err(error) = swept {
        server.metrics.sweeping_failures.inc();
        let error: Failed = error.into();
        tracing::warn!(what, error = &*error as &dyn Error, "sweeping failed; it is tried again later");
    }
}

/// Deletes what was in the trash for long, in steps, between which others write. The objects go after it, as orphans.
async fn sweep_trash(server: &Server) -> Result<(), MetadataError> {
    loop {
        let swept = server.metadata.sweep_trash(Timestamp::now().minus(TRASHED_FOR)).await?;
        if swept.deleted > 0 {
            tracing::info!(nodes = swept.deleted, "what was in the trash for long was deleted");
        }
        if !swept.more {
            return Ok(());
        }
    }
}

async fn sweep_tombstones(server: &Server) -> Result<(), MetadataError> {
    while server.metadata.forget_tombstones(Timestamp::now().minus(TOMBSTONES_FOR)).await? > 0 {}
    Ok(())
}

async fn sweep_uploads(server: &Server) -> Result<(), MetadataError> {
    while server.metadata.forget_uploads(Timestamp::now().minus(UPLOADS_FOR)).await? > 0 {}
    Ok(())
}

async fn sweep_stale_uploads(server: &Server) -> Result<(), MetadataError> {
    loop {
        let stale = server.metadata.stale_uploads(Timestamp::now().minus(GIVEN_UP_AFTER), AT_ONCE).await?;
        for upload in &stale {
            match server.metadata.abort_upload(&upload.owner, upload.id).await {
                // It was completed just now, or its owner erased.
                Ok(_) | Err(MetadataError::UploadEnded | MetadataError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        if stale.len() < AT_ONCE as usize {
            return Ok(());
        }
    }
}

async fn sweep_orphans(server: &Server) -> Result<(), MetadataError> {
    let kept = AtomicUsize::new(0);
    loop {
        let now = Timestamp::now();
        let orphans = server.metadata.orphans(now, AT_ONCE).await?;
        stream::iter(&orphans)
            .map(Ok::<_, MetadataError>)
            .try_for_each_concurrent(REMOVED_AT_ONCE, async |orphan| {
                // The store itself is away, or lets this server do nothing.
                if kept.load(Ordering::Relaxed) >= KEPT_MAX {
                    return Ok(());
                }
                if !sweep_orphan(server, now, orphan).await? {
                    kept.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            })
            .await?;
        if orphans.len() < AT_ONCE as usize || kept.load(Ordering::Relaxed) >= KEPT_MAX {
            return Ok(());
        }
    }
}

/// Removes an object, or puts it off: one that the store keeps must not be in the way of the others. Whether it went.
async fn sweep_orphan(server: &Server, now: Timestamp, orphan: &Orphan) -> Result<bool, MetadataError> {
    match remove(server, orphan).await {
        Ok(()) => {
            server.metadata.orphan_removed(now, &orphan.object_key).await?;
            Ok(true)
        }
        Err(error) => {
            note(server, "an object", Err(error));
            server.metadata.put_orphan_off(now.plus(EVERY), &orphan.object_key).await?;
            Ok(false)
        }
    }
}

/// Gives up multipart uploads that the store has for long, and nobody else knows of. The bucket is this
/// deployment's alone: another's uploads would be without a record here.
async fn sweep_forgotten(server: &Server) -> Result<(), Failed> {
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
