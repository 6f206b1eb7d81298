//! Hearing of what other servers commit.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use mongodb::bson::{Document, doc};
use mongodb::change_stream::event::ResumeToken;
use mongodb::error::Error;
use notespot_protocol::{Revision, UserId};
use serde::Deserialize;
use tokio::task::JoinHandle;

use super::collections::Collections;
use super::connection::{AT_ONCE, Connection, Find};
use super::failure;
use super::rows::UserRow;
use crate::listeners::Listeners;

const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How often to look where the server tells nothing by itself.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A command that is not known, or not to this kind of server: there are no change streams.
const NO_STREAMS: [i32; 4] = [59, 115, 303, 40573];
/// The token is too old, or of another stream.
const CANNOT_RESUME: [i32; 3] = [280, 286, 260];

/// One stream of this process: it is opened when somebody listens for the first time, goes on where it was cut
/// off, and is opened anew, later each time, where it cannot. Ends with the last handle of the store.
pub(super) struct Watch {
    at: Arc<Collections>,
    listeners: Weak<Listeners>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// What the stream gives: an owner, and its new revision.
#[derive(Deserialize)]
struct Told {
    #[serde(rename = "documentKey")]
    key: Key,
    #[serde(rename = "updateDescription")]
    update: Update,
}

#[derive(Deserialize)]
struct Key {
    #[serde(rename = "_id")]
    owner: String,
}

#[derive(Deserialize)]
struct Update {
    #[serde(rename = "updatedFields")]
    fields: Document,
}

impl Watch {
    pub(super) fn new(at: Arc<Collections>, listeners: &Arc<Listeners>) -> Self {
        Self { at, listeners: Arc::downgrade(listeners), task: Mutex::new(None) }
    }

    /// Begins, where it has not. Outside of a runtime nothing begins, and only what this process commits is told.
    pub(super) fn start(&self) {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if task.is_none()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            *task = Some(runtime.spawn(follow(Arc::clone(&self.at), Weak::clone(&self.listeners))));
        }
    }

    pub(super) fn stop(&self) {
        if let Some(task) = self.task.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn follow(at: Arc<Collections>, listeners: Weak<Listeners>) {
    let mut wait = FIRST_WAIT;
    let mut resume: Option<ResumeToken> = None;
    loop {
        let before = resume.clone();
        match stream(&at, &listeners, &mut resume).await {
            Ok(Ended::NobodyListens) => return,
            // As when the collection was dropped: what comes after that is another stream.
            Ok(Ended::ByServer) => {
                resume = None;
                tracing::warn!("the server ended the stream of changes");
            }
            Err(error) => {
                match failure::code(&error) {
                    Some(code) if NO_STREAMS.contains(&code) => return look(&at, &listeners).await,
                    Some(code) if CANNOT_RESUME.contains(&code) => resume = None,
                    _ => {}
                }
                tracing::warn!(error = %failure::Failure::from(error), "the stream of changes was cut off");
            }
        }
        if resume != before {
            wait = FIRST_WAIT;
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// How a stream ended that was not cut off.
enum Ended {
    ByServer,
    NobodyListens,
}

/// Tells what the stream gives, until it ends or is cut off.
async fn stream(
    at: &Arc<Collections>,
    listeners: &Weak<Listeners>,
    resume: &mut Option<ResumeToken>,
) -> Result<Ended, Error> {
    let committed = doc! { "$match": {
        "operationType": "update", "updateDescription.updatedFields.revision": { "$exists": true },
    } };
    let opening = at.users().watch().pipeline([committed]);
    let opening = match resume.clone() {
        Some(token) => opening.resume_after(token),
        None => opening,
    };
    let mut stream = opening.await?.with_type::<Told>();
    // What was committed while nothing was heard.
    tell_newest(at, listeners).await;
    loop {
        let Some(Told { key, update }) = stream.try_next().await? else { return Ok(Ended::ByServer) };
        *resume = stream.resume_token();
        let Some(listeners) = listeners.upgrade() else { return Ok(Ended::NobodyListens) };
        if let Ok(revision) = update.fields.get_i64("revision") {
            listeners.tell(&UserId(key.owner), Revision(revision.unsigned_abs()));
        }
    }
}

/// Looks from time to time.
async fn look(at: &Arc<Collections>, listeners: &Weak<Listeners>) {
    while listeners.strong_count() > 0 {
        tell_newest(at, listeners).await;
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Tells the newest revisions of all owners whom somebody listens to. What fails is tried the next time.
async fn tell_newest(at: &Arc<Collections>, listeners: &Weak<Listeners>) {
    let Some(listeners) = listeners.upgrade() else { return };
    let mut reader = Connection::reader(Arc::clone(at));
    for owners in listeners.listened_to().chunks(AT_ONCE) {
        let ids: Vec<_> = owners.iter().map(|owner| owner.0.as_str()).collect();
        let find = Find::new(doc! { "_id": { "$in": ids } }).limit(owners.len());
        let Ok(users) = reader.find(Collections::users, find).await else { return };
        for UserRow { id, revision, .. } in users {
            if revision > 0 {
                listeners.tell(&UserId(id), Revision(revision.unsigned_abs()));
            }
        }
    }
}
