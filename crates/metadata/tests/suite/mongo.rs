//! The suite over a server with MongoDB's protocol, and what is MongoDB's own.
//!
//! `NOTESPOT_TEST_MONGODB_URI` names a real MongoDB to run all of it on instead.

#[path = "mongo/counts.rs"]
mod counts;
#[path = "mongo/database.rs"]
mod database;
#[path = "mongo/examining.rs"]
mod examining;
#[path = "mongo/listening.rs"]
mod listening;
#[path = "mongo/opening.rs"]
mod opening;
#[path = "mongo/plans.rs"]
mod plans;
#[path = "mongo/processes.rs"]
mod processes;

use notespot_metadata::mongodb::MongoMetadata;

use self::database::Database;

notespot_metadata::metadata_conformance!(Running::start().await);

/// A store over a database of its own.
pub(crate) struct Running {
    store: MongoMetadata,
    database: Database,
}

impl Running {
    async fn start() -> Self {
        let database = Database::new();
        let store = MongoMetadata::open(&database.address()).await.unwrap();
        Self { store, database }
    }

    fn store(&self) -> &MongoMetadata {
        &self.store
    }
}
