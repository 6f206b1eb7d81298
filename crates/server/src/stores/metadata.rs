//! Opening the metadata, in SQLite or in MongoDB.

use std::sync::Arc;

use anyhow::anyhow;
use notespot_metadata::MetadataStore;
use notespot_metadata::accounts::Accounts;
use notespot_metadata::mongodb::{self, MongoMetadata};
use notespot_metadata::sqlite::{self, SqliteMetadata};

use crate::config::{Config, Metadata};
use crate::secret::Secret;

/// The metadata, wherever it is kept.
pub(crate) struct OpenMetadata {
    pub(crate) store: Arc<dyn MetadataStore>,
    pub(crate) accounts: Arc<dyn Accounts>,
    kept_in: KeptIn,
}

enum KeptIn {
    Sqlite(SqliteMetadata),
    MongoDb(MongoMetadata),
}

impl OpenMetadata {
    /// Closes all connections; open calls end first.
    pub(crate) async fn close(&self) {
        match &self.kept_in {
            KeptIn::Sqlite(store) => store.close().await,
            KeptIn::MongoDb(store) => store.close().await,
        }
    }
}

/// Opens the metadata, or says what stands in the way. A file that cannot be used stays as it is.
pub(crate) async fn open_metadata(config: &Config) -> anyhow::Result<OpenMetadata> {
    match &config.metadata {
        Metadata::Sqlite => {
            let store = open_sqlite(config).await?.with_default_quota(config.quota);
            let (metadata, accounts) = (Arc::new(store.clone()), Arc::new(store.clone()));
            Ok(OpenMetadata { store: metadata, accounts, kept_in: KeptIn::Sqlite(store) })
        }
        Metadata::MongoDb(address) => {
            let store = open_mongodb(address).await?.with_default_quota(config.quota);
            let (metadata, accounts) = (Arc::new(store.clone()), Arc::new(store.clone()));
            Ok(OpenMetadata { store: metadata, accounts, kept_in: KeptIn::MongoDb(store) })
        }
    }
}

async fn open_sqlite(config: &Config) -> anyhow::Result<SqliteMetadata> {
    SqliteMetadata::open(&config.data_dir.join("metadata.db")).await.map_err(|error| {
        let advice = advice_for_sqlite(&error);
        anyhow!(error).context(format!("The metadata cannot be opened. {advice}"))
    })
}

/// What to do where it did not open.
pub(crate) fn advice_for_sqlite(error: &sqlite::OpenError) -> &'static str {
    use sqlite::OpenError;

    match error {
        OpenError::Damaged { .. } => {
            "Restore it from a backup, or move it away to begin with an empty one. Nothing was changed."
        }
        OpenError::Newer { .. } => "Start the newer version again, or restore an older backup.",
        OpenError::Unreadable { .. } | OpenError::NotMigrated { .. } => {
            "Check that the folder belongs to this user and that the disk is not full."
        }
    }
}

async fn open_mongodb(address: &Secret) -> anyhow::Result<MongoMetadata> {
    MongoMetadata::open(address.expose()).await.map_err(|error| {
        let advice = advice_for_mongodb(&error);
        anyhow!(error).context(format!("The metadata cannot be opened. {advice}"))
    })
}

/// What to do where it did not open.
pub(crate) fn advice_for_mongodb(error: &mongodb::OpenError) -> &'static str {
    use mongodb::OpenError;

    match error {
        OpenError::BadAddress => "Compare --metadata with the connection string that MongoDB shows.",
        OpenError::Unreachable { .. } => {
            "Check the host name, and that this machine's address is let in (Atlas: Network access)."
        }
        OpenError::Refused { .. } => {
            "Check the user, the password and that the user may read and write the database."
        }
        OpenError::NoTransactions => "Start it with --replSet, and run rs.initiate() once.",
        OpenError::Newer => "Start the newer version again, or restore an older backup.",
        OpenError::NotMigrated { .. } => "Start the server again: it goes on from where it was.",
    }
}
