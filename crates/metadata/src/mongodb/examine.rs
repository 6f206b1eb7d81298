//! Looking at a database from outside, for whoever sets one up.

use std::time::{Duration, SystemTime};

use futures_util::TryStreamExt as _;
use mongodb::bson::{Document, Uuid, doc};
use mongodb::error::Error;
use mongodb::{Client, Collection};
use tokio::time::timeout;

use super::collections::Collections;
pub use super::migrations::SchemaFound;
use super::open::{OpenError, Source, database_name, options, require_transactions};
use super::{failure, migrations, schema};

/// How long all of it may take.
const WITHIN: Duration = Duration::from_secs(90);
const NAMESPACE_NOT_FOUND: i32 = 26;

/// What was found. Nothing of the deployment's own is changed.
#[derive(Debug)]
pub struct Examined {
    /// As the server says it, such as `8.0.4`.
    pub version: String,
    /// How far its clock is from this machine's, where it tells the time.
    pub clock_away: Option<Duration>,
    /// The schema; `None` before the first start of a server.
    pub schema: Option<SchemaFound>,
    /// The indexes that are not there, as `collection.index`.
    pub missing_indexes: Vec<String>,
    /// Why a transaction on two documents could not be written, read back and removed.
    pub transaction: Result<(), Source>,
}

/// Looks at the database that the address names.
///
/// # Errors
/// As for opening it; a schema that is newer or missing is none.
pub async fn examine(address: &str) -> Result<Examined, OpenError> {
    let options = options(address).await?;
    let name = database_name(&options);
    let client = Client::with_options(options).map_err(|_| OpenError::BadAddress)?;
    let at = Collections::new(client, &name);
    let examined = timeout(WITHIN, look(&at)).await;
    // Not waiting for what hangs.
    at.client.clone().shutdown().immediate(true).await;
    examined
        .unwrap_or_else(|late| Err(OpenError::Unreachable { source: Error::custom(late.to_string()).into() }))
}

async fn look(at: &Collections) -> Result<Examined, OpenError> {
    let hello = require_transactions(at).await?;
    // At once: what is asked after it takes time too.
    let clock_away = hello.get_datetime("localTime").ok().map(|theirs| away(theirs.to_system_time()));
    let told = |error: mongodb::error::Error| OpenError::Unreachable { source: error.into() };
    let build = at.database.run_command(doc! { "buildInfo": 1 }).await.map_err(told)?;
    let schema = migrations::found(at).await.map_err(told)?;
    let missing_indexes =
        if schema.is_some() { missing_indexes(at).await.map_err(told)? } else { Vec::new() };
    Ok(Examined {
        version: build.get_str("version").unwrap_or("unknown").to_owned(),
        clock_away,
        schema,
        missing_indexes,
        transaction: try_transaction(at).await.map_err(Source::from),
    })
}

fn away(theirs: SystemTime) -> Duration {
    theirs.duration_since(SystemTime::now()).unwrap_or_else(|behind| behind.duration())
}

async fn missing_indexes(at: &Collections) -> mongodb::error::Result<Vec<String>> {
    let mut missing = Vec::new();
    for name in Collections::NAMES {
        let wanted: Vec<_> =
            schema::indexes().into_iter().filter(|index| index.collection == *name).collect();
        let there = match at.database.collection::<Document>(name).list_index_names().await {
            Err(error) if failure::code(&error) == Some(NAMESPACE_NOT_FOUND) => Vec::new(),
            there => there?,
        };
        let names = wanted.into_iter().filter_map(|index| index.model.options?.name);
        missing.extend(names.filter(|index| !there.contains(index)).map(|index| format!("{name}.{index}")));
    }
    Ok(missing)
}

/// Two documents in one transaction, read back in it, and taken back. It leaves nothing: the collection is one of its
/// own, and dropped.
async fn try_transaction(at: &Collections) -> mongodb::error::Result<()> {
    let trial = at.database.collection::<Document>(&format!("examined_{}", Uuid::new()));
    // Collections cannot be made within a transaction on every version.
    at.database.create_collection(trial.name()).await?;
    let tried = try_in(at, &trial).await;
    trial.drop().await?;
    tried
}

async fn try_in(at: &Collections, trial: &Collection<Document>) -> mongodb::error::Result<()> {
    let mut session = at.client.start_session().await?;
    session.start_transaction().await?;
    trial.insert_many([doc! { "_id": 1 }, doc! { "_id": 2 }]).session(&mut session).await?;
    let mut found = trial.find(doc! {}).session(&mut session).await?;
    let seen: Vec<Document> = found.stream(&mut session).try_collect().await?;
    session.abort_transaction().await?;
    if seen.len() == 2 { Ok(()) } else { Err(Error::custom("a transaction does not see its own writes")) }
}
