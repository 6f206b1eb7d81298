//! Opening the database.

use std::sync::Arc;
use std::time::Duration;

use mongodb::Client;
use mongodb::bson::{Document, doc};
use mongodb::error::{Error, ErrorKind};
use mongodb::options::{ClientOptions, ReadConcern, ReadPreference, SelectionCriteria, WriteConcern};

use super::MongoMetadata;
use super::collections::Collections;
use super::failure::Failure;
use super::migrations::{self, NotMigrated};
use super::processes;
use super::watch::Watch;

/// The database where the address names none.
const DATABASE: &str = "notespot";
const CONNECTIONS: u32 = 100;
/// For how long to look for a server that can be written to.
const SELECT_WITHIN: Duration = Duration::from_secs(10);
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

const UNAUTHORIZED: i32 = 13;
const AUTHENTICATION_FAILED: i32 = 18;

/// Why the database could not be opened. The address has a password: it is never said.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// What was given is no address of a MongoDB.
    #[error("this is not an address of a MongoDB: mongodb://… or mongodb+srv://… is expected")]
    BadAddress,
    /// No server answers there that can be written to.
    #[error("no MongoDB answers there")]
    Unreachable {
        /// What stands in the way.
        #[source]
        source: Source,
    },
    /// The server does not let this user in, or not do what has to be done.
    #[error("the MongoDB refused: user, password or roles are not right")]
    Refused {
        /// What the server says.
        #[source]
        source: Source,
    },
    /// It is a server alone, which knows no transactions.
    #[error("the MongoDB knows no transactions: it has to be a replica set, if only of one server")]
    NoTransactions,
    /// A newer version of this program made what is in it.
    #[error("the database was made by a newer version of Notespot")]
    Newer,
    /// Its collections and indexes could not be brought up to date.
    #[error("the database could not be brought up to date")]
    NotMigrated {
        /// Which step failed; nothing where another server took too long.
        #[source]
        source: Option<Source>,
    },
}

/// What the driver or the server says, without what was asked for.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Source(Failure);

impl From<Error> for Source {
    fn from(error: Error) -> Self {
        Self(error.into())
    }
}

impl MongoMetadata {
    /// Opens the database that the address names (`notespot` where it names none), makes it where there is none,
    /// and brings it up to date.
    pub async fn open(address: &str) -> Result<Self, OpenError> {
        Self::open_with(options(address).await?).await
    }

    /// As [`open`](Self::open), noting each command that is sent: for the test of plans.
    #[cfg(feature = "conformance")]
    pub async fn open_noting(
        address: &str,
        note: impl Fn(&mongodb::bson::Document) + Send + Sync + 'static,
    ) -> Result<Self, OpenError> {
        use mongodb::event::EventHandler;
        use mongodb::event::command::CommandEvent;

        let mut options = options(address).await?;
        options.command_event_handler = Some(EventHandler::callback(move |event| {
            if let CommandEvent::Started(started) = event {
                note(&started.command);
            }
        }));
        Self::open_with(options).await
    }

    async fn open_with(options: ClientOptions) -> Result<Self, OpenError> {
        let name = database_name(&options);
        let client = Client::with_options(options).map_err(|_| OpenError::BadAddress)?;
        let at = Arc::new(Collections::new(client, &name));
        require_transactions(&at).await?;
        migrations::run(&at).await.map_err(|not_migrated| match not_migrated {
            NotMigrated::Newer => OpenError::Newer,
            NotMigrated::TookTooLong => OpenError::NotMigrated { source: None },
            NotMigrated::Failed(error) if is_refusal(&error) => OpenError::Refused { source: error.into() },
            NotMigrated::Failed(error) => OpenError::NotMigrated { source: Some(error.into()) },
        })?;
        processes::begin(&at);
        let listeners = Arc::default();
        let watch = Arc::new(Watch::new(Arc::clone(&at), &listeners));
        Ok(Self { at, turns: Arc::default(), listeners, watch, default_quota: None })
    }
}

pub(super) fn database_name(options: &ClientOptions) -> String {
    options.default_database.clone().unwrap_or_else(|| DATABASE.to_owned())
}

pub(super) async fn options(address: &str) -> Result<ClientOptions, OpenError> {
    let parsed = ClientOptions::parse(address).await;
    let mut options = parsed.map_err(|error| match &*error.kind {
        ErrorKind::DnsResolve { .. } => OpenError::Unreachable { source: error.into() },
        _ => OpenError::BadAddress,
    })?;
    // What is read was acknowledged by a majority: a revision that somebody has seen is never taken back.
    options.read_concern = Some(ReadConcern::majority());
    options.write_concern = Some(WriteConcern::majority());
    options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
    options.max_pool_size.get_or_insert(CONNECTIONS);
    options.server_selection_timeout.get_or_insert(SELECT_WITHIN);
    options.connect_timeout.get_or_insert(CONNECT_WITHIN);
    options.app_name.get_or_insert_with(|| "notespot".to_owned());
    Ok(options)
}

/// What the server says of itself. A replica set has a name; a router of shards says what it is.
pub(super) async fn require_transactions(at: &Collections) -> Result<Document, OpenError> {
    let hello = at.database.run_command(doc! { "hello": 1 }).await.map_err(|error| {
        let source = || Source::from(error.clone());
        if is_refusal(&error) {
            OpenError::Refused { source: source() }
        } else {
            OpenError::Unreachable { source: source() }
        }
    })?;
    let is_router = hello.get_str("msg").is_ok_and(|said| said == "isdbgrid");
    let has_sessions = hello.contains_key("logicalSessionTimeoutMinutes");
    let knows = has_sessions && (hello.contains_key("setName") || is_router);
    if knows { Ok(hello) } else { Err(OpenError::NoTransactions) }
}

fn is_refusal(error: &Error) -> bool {
    match &*error.kind {
        ErrorKind::Authentication { .. } => true,
        ErrorKind::Command(command) => [UNAUTHORIZED, AUTHENTICATION_FAILED].contains(&command.code),
        _ => false,
    }
}
