//! Transactions, and running them again.

use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mongodb::ClientSession;
use mongodb::options::{ReadConcern, WriteConcern};
use rand::RngExt as _;

use super::collections::Collections;
use super::connection::Connection;
use super::failure;
use crate::{MetadataError, Result};

/// For how long a transaction is run again, as the driver's own helper does.
const RUN_AGAIN_FOR: Duration = Duration::from_mins(2);
const FIRST_WAIT: Duration = Duration::from_millis(5);
const LONGEST_WAIT: Duration = Duration::from_millis(500);

/// How often something was tried, and since when.
#[derive(Clone)]
pub(super) struct Retries {
    since: Instant,
    wait: Duration,
}

impl Retries {
    pub(super) fn new() -> Self {
        Self { since: Instant::now(), wait: FIRST_WAIT }
    }

    /// Waits before the next try, longer each time and never as long as others do. False when it was tried for
    /// long enough.
    pub(super) async fn wait(&mut self) -> bool {
        if self.since.elapsed() >= RUN_AGAIN_FOR {
            return false;
        }
        let jitter = rand::rng().random_range(0.0..1.0);
        tokio::time::sleep(self.wait.mul_f64(jitter)).await;
        self.wait = (self.wait * 3 / 2).min(LONGEST_WAIT);
        true
    }
}

/// What can be run again from its beginning.
pub(super) trait Retried: Send {
    /// Begins, after what was done before was given up.
    fn begin(&mut self) -> impl Future<Output = Result<()>> + Send;

    fn commit(&mut self) -> impl Future<Output = Result<()>> + Send;

    fn abort(&mut self) -> impl Future<Output = ()> + Send;

    fn retries(&mut self) -> &mut Retries;

    /// Makes what was done lasting, or gives it up: what comes of it. `None` where it has begun anew, and all is
    /// to be done once more.
    fn finish<T: Send>(&mut self, outcome: Result<T>) -> impl Future<Output = Option<Result<T>>> + Send {
        async {
            let error = match outcome {
                Ok(done) => match self.commit().await {
                    Ok(()) => return Some(Ok(done)),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            self.abort().await;
            if !failure::may_run_again(&error) || !self.retries().wait().await {
                return Some(Err(error));
            }
            match self.begin().await {
                Ok(()) => None,
                Err(error) => Some(Err(error)),
            }
        }
    }
}

/// Reads that agree, and changes of what belongs to no owner. Dropped without a commit, it changes nothing.
pub(super) struct Transaction {
    connection: Connection,
    retries: Retries,
}

impl Transaction {
    pub(super) async fn begin_new(at: Arc<Collections>) -> Result<Self> {
        let mut new = Self { connection: Connection::in_session(at).await?, retries: Retries::new() };
        new.begin().await?;
        Ok(new)
    }
}

impl Retried for Transaction {
    async fn begin(&mut self) -> Result<()> {
        begin(&mut self.connection).await
    }

    async fn commit(&mut self) -> Result<()> {
        if !self.connection.has_written {
            // The driver ends it, and nobody waits for that.
            drop(self.connection.session.take());
            return Ok(());
        }
        let session = self.connection.session.as_mut().ok_or_else(no_session)?;
        Ok(commit(session, &mut self.retries).await?)
    }

    async fn abort(&mut self) {
        abort(&mut self.connection).await;
    }

    fn retries(&mut self) -> &mut Retries {
        &mut self.retries
    }
}

impl Deref for Transaction {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

/// Says what is to come. The server hears of it with the first statement.
pub(super) async fn begin(connection: &mut Connection) -> Result<()> {
    connection.has_written = false;
    connection.above.clear();
    let session = connection.session.as_mut().ok_or_else(no_session)?;
    session
        .start_transaction()
        .read_concern(ReadConcern::snapshot())
        .write_concern(WriteConcern::majority())
        .await?;
    Ok(())
}

/// Commits, and asks again where the answer was lost: the server commits once.
pub(super) async fn commit(session: &mut ClientSession, retries: &mut Retries) -> mongodb::error::Result<()> {
    loop {
        match session.commit_transaction().await {
            Err(error) if failure::is_unknown_commit(&error) && retries.wait().await => {}
            outcome => return outcome,
        }
    }
}

/// What cannot be ended now is ended by the server after a while.
pub(super) async fn abort(connection: &mut Connection) {
    if let Some(session) = &mut connection.session {
        let _: mongodb::error::Result<()> = session.abort_transaction().await;
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the transaction has ended")]
struct HasEnded;

pub(super) fn no_session() -> MetadataError {
    crate::stored::unreadable(HasEnded)
}
