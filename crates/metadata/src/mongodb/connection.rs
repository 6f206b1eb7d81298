//! Reading and writing, inside a transaction and outside.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use mongodb::bson::{Bson, Document, doc};
use mongodb::{ClientSession, Collection};
use notespot_protocol::NodeId;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::collections::Collections;
use super::tree::Step;
use super::{failure, processes};
use crate::Result;

/// How many documents are named, read or written by one command.
pub(super) const AT_ONCE: usize = 1000;

/// Chooses a collection.
pub(super) type Of<T> = fn(&Collections) -> &Collection<T>;

/// A way to the server: a transaction's, or one for single reads.
pub(super) struct Connection {
    at: Arc<Collections>,
    /// Of the transaction.
    pub(super) session: Option<ClientSession>,
    /// Whether the transaction has anything to commit.
    pub(super) has_written: bool,
    /// What was learnt of folders on the way up: see [`tree`](super::tree). True for as long as the transaction.
    pub(super) above: HashMap<NodeId, Step>,
}

/// What to find, in which order.
#[derive(Default)]
pub(super) struct Find {
    filter: Document,
    sort: Option<Document>,
    limit: Option<i64>,
    fields: Option<Document>,
}

impl Find {
    pub(super) fn new(filter: Document) -> Self {
        Self { filter, ..Self::default() }
    }

    pub(super) fn sort(self, sort: Document) -> Self {
        Self { sort: Some(sort), ..self }
    }

    /// At most so many. 0 is none, not all as for the server.
    pub(super) fn limit(self, limit: usize) -> Self {
        Self { limit: Some(i64::try_from(limit).unwrap_or(i64::MAX)), ..self }
    }

    /// Only these fields, and the id.
    pub(super) fn fields(self, fields: &[&str]) -> Self {
        let fields = fields.iter().map(|field| ((*field).to_owned(), Bson::Int32(1))).collect();
        Self { fields: Some(fields), ..self }
    }
}

impl Connection {
    pub(super) fn reader(at: Arc<Collections>) -> Self {
        Self { at, session: None, has_written: false, above: HashMap::new() }
    }

    /// For what is done in transactions of this session.
    pub(super) async fn in_session(at: Arc<Collections>) -> Result<Self> {
        let session = at.client.start_session().await?;
        processes::note(&at, &session).await;
        Ok(Self { session: Some(session), ..Self::reader(at) })
    }

    pub(super) fn at(&self) -> &Collections {
        &self.at
    }

    /// All that it finds. Memory: that of the documents.
    pub(super) async fn find<T>(&mut self, of: Of<T>, find: Find) -> Result<Vec<T>>
    where
        T: DeserializeOwned + Unpin + Send + Sync,
    {
        self.find_as(of, find).await
    }

    /// All that it finds, of which only some fields are read.
    pub(super) async fn find_as<T, P>(&mut self, of: Of<T>, find: Find) -> Result<Vec<P>>
    where
        T: Send + Sync,
        P: DeserializeOwned + Unpin + Send + Sync,
    {
        let Find { filter, sort, limit, fields } = find;
        if limit == Some(0) {
            return Ok(Vec::new());
        }
        let collection = of(&self.at).clone_with_type::<P>();
        let mut asked = collection.find(filter);
        if let Some(sort) = sort {
            asked = asked.sort(sort);
        }
        if let Some(limit) = limit {
            // In one batch, where it fits: no second round trip.
            asked = asked.limit(limit).batch_size(u32::try_from(limit).unwrap_or(u32::MAX));
        }
        if let Some(fields) = fields {
            asked = asked.projection(fields);
        }
        Ok(match &mut self.session {
            Some(session) => {
                let mut cursor = asked.session(&mut *session).await?;
                cursor.stream(session).try_collect().await?
            }
            None => asked.await?.try_collect().await?,
        })
    }

    pub(super) async fn find_one<T>(&mut self, of: Of<T>, filter: Document) -> Result<Option<T>>
    where
        T: DeserializeOwned + Unpin + Send + Sync,
    {
        Ok(self.find(of, Find::new(filter).limit(1)).await?.pop())
    }

    pub(super) async fn exists<T: Send + Sync>(&mut self, of: Of<T>, filter: Document) -> Result<bool> {
        let find = Find::new(filter).limit(1).fields(&["_id"]);
        Ok(!self.find_as::<T, Document>(of, find).await?.is_empty())
    }

    /// The values that a field has in what the filter finds, each once.
    pub(super) async fn different<T>(&mut self, of: Of<T>, filter: Document, field: &str) -> Result<Vec<Bson>>
    where
        T: Send + Sync,
    {
        // `distinct` is not for transactions over shards.
        let pipeline = vec![doc! { "$match": filter }, doc! { "$group": { "_id": format!("${field}") } }];
        let asked = of(&self.at).aggregate(pipeline);
        let found: Vec<Document> = match &mut self.session {
            Some(session) => {
                let mut cursor = asked.session(&mut *session).await?;
                cursor.stream(session).try_collect().await?
            }
            None => asked.await?.try_collect().await?,
        };
        Ok(found.into_iter().filter_map(|mut one| one.remove("_id")).collect())
    }

    /// Writes new documents.
    pub(super) async fn insert<T>(&mut self, of: Of<T>, rows: &[T]) -> Result<()>
    where
        T: Serialize + Send + Sync,
    {
        for some in rows.chunks(AT_ONCE) {
            let collection = of(&self.at).clone();
            let insert = collection.insert_many(some);
            match &mut self.session {
                Some(session) => insert.session(session).await?,
                None => insert.await?,
            };
            self.has_written = true;
        }
        Ok(())
    }

    /// Changes the one that the filter names: whether there was one.
    pub(super) async fn update_one<T>(
        &mut self,
        of: Of<T>,
        filter: Document,
        update: Document,
    ) -> Result<bool>
    where
        T: Send + Sync,
    {
        let collection = of(&self.at).clone();
        let updating = collection.update_one(filter, update);
        let updated = match &mut self.session {
            Some(session) => updating.session(session).await?,
            None => updating.await?,
        };
        self.has_written |= updated.modified_count > 0;
        Ok(updated.matched_count > 0)
    }

    /// Changes all that the filter names: how many became different.
    pub(super) async fn update_many<T>(
        &mut self,
        of: Of<T>,
        filter: Document,
        update: Document,
    ) -> Result<u64>
    where
        T: Send + Sync,
    {
        let collection = of(&self.at).clone();
        let updating = collection.update_many(filter, update);
        let updated = match &mut self.session {
            Some(session) => updating.session(session).await?,
            None => updating.await?,
        };
        self.has_written |= updated.modified_count > 0;
        Ok(updated.modified_count)
    }

    /// Changes many, each in its own way: pairs of a filter that names one and its update.
    pub(super) async fn update_each<T>(&mut self, of: Of<T>, updates: Vec<(Document, Document)>) -> Result<()>
    where
        T: Send + Sync,
    {
        let mut updates = updates.into_iter().peekable();
        while updates.peek().is_some() {
            let some: Vec<_> = updates.by_ref().take(AT_ONCE).map(|(q, u)| doc! { "q": q, "u": u }).collect();
            self.run(doc! { "update": of(&self.at).name(), "updates": some }).await?;
        }
        Ok(())
    }

    /// Writes what is not there yet; what is stays as it is.
    pub(super) async fn insert_missing<T>(&mut self, of: Of<T>, rows: Vec<(Document, Document)>) -> Result<()>
    where
        T: Send + Sync,
    {
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let some: Vec<_> = rows
                .by_ref()
                .take(AT_ONCE)
                .map(|(key, row)| doc! { "q": key, "u": { "$setOnInsert": row }, "upsert": true })
                .collect();
            self.run(doc! { "update": of(&self.at).name(), "updates": some }).await?;
        }
        Ok(())
    }

    /// Deletes all that the filter names.
    pub(super) async fn delete_many<T>(&mut self, of: Of<T>, filter: Document) -> Result<u64>
    where
        T: Send + Sync,
    {
        let collection = of(&self.at).clone();
        let deleting = collection.delete_many(filter);
        let deleted = match &mut self.session {
            Some(session) => deleting.session(session).await?,
            None => deleting.await?,
        };
        self.has_written |= deleted.deleted_count > 0;
        Ok(deleted.deleted_count)
    }

    /// A command that writes. The driver has no call for many different updates that every server knows.
    async fn run(&mut self, command: Document) -> Result<()> {
        let database = self.at.database.clone();
        let running = database.run_command(command);
        let answer = match &mut self.session {
            Some(session) => running.session(session).await?,
            None => running.await?,
        };
        self.has_written = true;
        let refused = answer.get_array("writeErrors").ok().and_then(|errors| errors.first());
        match refused.and_then(Bson::as_document).map(|error| error.get_i32("code")) {
            Some(code) => Err(failure::write_error(code.unwrap_or_default())),
            None => Ok(()),
        }
    }
}
