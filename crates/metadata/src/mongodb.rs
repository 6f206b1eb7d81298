//! The metadata store in MongoDB: a replica set or a sharded cluster.
//!
//! Every change is one transaction with majority write concern: what a call acknowledged survives the loss of
//! a server. Its first statement writes to the owner's document, so that writers of one owner wait for one
//! another or are run again, and its last adds the revisions that were taken. What is read was acknowledged by a
//! majority; reads that must agree share one snapshot.
//!
//! Documents of an owner have the owner first in every key: see `docs/scale.md`.

mod accounts;
mod catalogue;
mod changes;
mod collections;
mod connection;
mod examine;
mod failure;
mod hints;
mod limits;
mod link_counts;
mod links;
mod listing;
mod migrations;
mod mutation;
mod names;
mod nodes;
mod open;
mod orphans;
mod processes;
mod rows;
mod schema;
mod stored_versions;
mod tokens;
mod transaction;
mod tree;
mod turns;
mod uploads;
mod users;
mod watch;
mod webhooks;

use std::fmt;
use std::sync::Arc;

use notespot_protocol::{ByteCount, UserId};

use self::collections::Collections;
use self::connection::Connection;
pub use self::examine::{Examined, SchemaFound, examine};
use self::mutation::Mutation;
pub use self::open::OpenError;
use self::transaction::Transaction;
use self::turns::Turns;
use self::watch::Watch;
use crate::Result;
use crate::listeners::Listeners;

/// A [`MetadataStore`](crate::MetadataStore) and the [`Accounts`](crate::accounts::Accounts) of the local
/// identity provider in one database. Cheap to clone.
///
/// Memory: at most 100 connections, and one entry for each owner who is being written to or listened to.
#[derive(Clone)]
pub struct MongoMetadata {
    at: Arc<Collections>,
    turns: Arc<Turns>,
    /// Who is told of what is committed, by this process or another.
    listeners: Arc<Listeners>,
    watch: Arc<Watch>,
    default_quota: Option<ByteCount>,
}

/// Runs the body of a transaction until it is committed or refused: again from its beginning where others were
/// in its way. Each body is safe to run again: what an earlier run did is gone, or found by its reference.
macro_rules! retried {
    ($tx:ident = $begin:expr; $body:expr) => {{
        let mut $tx = $begin.await?;
        loop {
            let outcome = $body.await;
            if let Some(done) = $crate::mongodb::transaction::Retried::finish(&mut $tx, outcome).await {
                break done;
            }
        }
    }};
}
use retried;

impl MongoMetadata {
    /// The same, where everybody without a quota of their own may store so much, whatever it was when they came.
    #[must_use]
    pub fn with_default_quota(self, quota: ByteCount) -> Self {
        Self { default_quota: Some(quota), ..self }
    }

    /// Begins a change of the owner's things. `NotFound` where there is no such user.
    async fn change<'a>(&self, owner: &'a UserId) -> Result<Mutation<'a>> {
        let turn = self.turns.take(owner).await;
        let mut change = Mutation::begin_new(Arc::clone(&self.at), owner, turn, &self.listeners).await?;
        change.set_default_quota(self.default_quota);
        Ok(change)
    }

    /// Begins several reads that must agree, or a change of what belongs to no owner.
    async fn transaction(&self) -> Result<Transaction> {
        Transaction::begin_new(Arc::clone(&self.at)).await
    }

    /// For single reads.
    fn reader(&self) -> Connection {
        Connection::reader(Arc::clone(&self.at))
    }

    /// Stops listening to the server and closes all connections.
    pub async fn close(&self) {
        self.watch.stop();
        processes::end(&self.at).await;
        self.at.client.clone().shutdown().await;
    }
}

impl fmt::Debug for MongoMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MongoMetadata").field("database", &self.at.database.name()).finish_non_exhaustive()
    }
}
