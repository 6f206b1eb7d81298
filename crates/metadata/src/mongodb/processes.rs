//! Which processes use the database, and what those have left open that died.
//!
//! A process that is killed in the middle of a transaction would hold up the owner whose document it had written to
//! until the server ends that transaction by itself: after a minute. So each process writes down the sessions in
//! which it has transactions, and every second that it lives. One that says nothing any more is taken for dead, and
//! the others end its sessions. Where it was only slow, its transactions are run again.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use mongodb::ClientSession;
use mongodb::bson::{DateTime, Document, Uuid, doc};
use mongodb::error::Error;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use super::collections::Collections;

const BEAT: Duration = Duration::from_secs(1);
/// Who has not been heard of for so long is dead. By the clock of who listens: clocks need not agree.
const DEAD_AFTER: Duration = Duration::from_secs(5);
/// Sessions that are written down. The driver forgets those that it does not use, and makes others: at some time this
/// begins anew.
const SESSIONS_MAX: usize = 10_000;
/// That are ended by one command.
const ENDED_AT_ONCE: usize = 1000;

/// This process.
pub(super) struct Process {
    id: Uuid,
    /// The sessions that are written down.
    noted: Mutex<HashSet<Uuid>>,
    beating: Mutex<Option<AbortHandle>>,
}

/// What is known of the others: what they said last, and since when that is known.
struct Others {
    last_said: HashMap<Uuid, (DateTime, Instant)>,
    last_beat: Instant,
}

impl Default for Process {
    fn default() -> Self {
        Self { id: Uuid::new(), noted: Mutex::default(), beating: Mutex::default() }
    }
}

impl Process {
    fn noted(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn named(&self) -> Document {
        doc! { "_id": self.id }
    }
}

/// Says from now on that this process lives, and ends what others have left, until the database is closed.
pub(super) fn begin(at: &Arc<Collections>) {
    let weak = Arc::downgrade(at);
    let beating = tokio::spawn(async move {
        let mut others = Others { last_said: HashMap::new(), last_beat: Instant::now() };
        while let Some(at) = weak.upgrade() {
            // It is tried again with the next beat, and whoever needs the database hears of it anyway.
            if let Err(error) = beat(&at, &mut others).await {
                tracing::debug!(%error, "this process could not say that it lives");
            }
            drop(at);
            sleep(BEAT).await;
        }
    });
    *at.process.beating.lock().unwrap_or_else(PoisonError::into_inner) = Some(beating.abort_handle());
}

/// Says that this process has nothing open.
pub(super) async fn end(at: &Collections) {
    if let Some(beating) = at.process.beating.lock().unwrap_or_else(PoisonError::into_inner).take() {
        beating.abort();
    }
    // What cannot be said now is found out by the others.
    let _: Result<_, Error> = at.processes().delete_one(at.process.named()).await;
}

/// Writes a session down before anything is done in it. Where that fails, so will what comes next, or else the
/// server ends the session's transaction by itself.
pub(super) async fn note(at: &Collections, session: &ClientSession) {
    let Some(id) = session.id().get("id").and_then(|id| match id {
        mongodb::bson::Bson::Binary(binary) => binary.to_uuid().ok(),
        _ => None,
    }) else {
        return;
    };
    let process = &at.process;
    let begins_anew = {
        let noted = process.noted();
        if noted.contains(&id) {
            return;
        }
        noted.len() >= SESSIONS_MAX
    };
    let update = if begins_anew {
        doc! { "$set": { "sessions": [id] }, "$currentDate": { "alive_at": true } }
    } else {
        doc! { "$addToSet": { "sessions": id }, "$currentDate": { "alive_at": true } }
    };
    if at.processes().update_one(process.named(), update).upsert(true).await.is_ok() {
        let mut noted = process.noted();
        if begins_anew {
            noted.clear();
        }
        noted.insert(id);
    }
}

async fn beat(at: &Collections, others: &mut Others) -> Result<(), Error> {
    let process = &at.process;
    let lives = doc! { "$currentDate": { "alive_at": true } };
    let said = at.processes().update_one(process.named(), lives).upsert(true).await?;
    if said.upserted_id.is_some() {
        // Somebody took this process for dead: nothing is written down any more.
        process.noted().clear();
    }
    if others.last_beat.elapsed() > DEAD_AFTER / 2 {
        // The database was away, for everybody it may be.
        others.last_said.clear();
    }
    others.last_beat = Instant::now();
    let all = at.processes().clone_with_type::<Document>();
    let all: Vec<Document> =
        all.find(doc! {}).projection(doc! { "alive_at": 1 }).await?.try_collect().await?;
    let all: HashMap<Uuid, DateTime> = all.iter().filter_map(last_said).collect();
    others.last_said.retain(|id, _| all.contains_key(id));
    for (id, alive_at) in all.into_iter().filter(|(id, _)| *id != process.id) {
        let known = others.last_said.entry(id).or_insert_with(|| (alive_at, Instant::now()));
        if known.0 != alive_at {
            *known = (alive_at, Instant::now());
        } else if known.1.elapsed() >= DEAD_AFTER {
            // One that cannot be dealt with is not in the way of the others.
            if let Err(error) = end_sessions_of(at, id, alive_at).await {
                tracing::warn!(%error, "what a server that died left open could not be ended");
                known.1 = Instant::now();
            }
        }
    }
    Ok(())
}

fn last_said(process: &Document) -> Option<(Uuid, DateTime)> {
    let id = match process.get("_id")? {
        mongodb::bson::Bson::Binary(binary) => binary.to_uuid().ok()?,
        _ => return None,
    };
    Some((id, *process.get_datetime("alive_at").ok()?))
}

/// Several may do so at once.
async fn end_sessions_of(at: &Collections, id: Uuid, alive_at: DateTime) -> Result<(), Error> {
    let dead = doc! { "_id": id, "alive_at": alive_at };
    let Some(row) = at.processes().find_one(dead.clone()).await? else { return Ok(()) };
    tracing::warn!(sessions = row.sessions.len(), "another server died: what it left open is ended");
    for some in row.sessions.chunks(ENDED_AT_ONCE) {
        let sessions: Vec<_> = some.iter().map(|id| doc! { "id": id }).collect();
        at.database.run_command(doc! { "killSessions": sessions }).await?;
    }
    at.processes().delete_one(dead).await?;
    Ok(())
}
