//! A MongoDB to test on: a server with its protocol, which tests share, or a real one.

mod keeper;
mod shared;

use std::env;

use notespot_protocol::ClientRef;

pub use self::keeper::keep_mongodb;

/// A real MongoDB to test on.
const REAL: &str = "NOTESPOT_TEST_MONGODB_URI";

/// A database of one test, with a name that is nobody else's. Nothing is in it.
///
/// It lies in the MongoDB that `NOTESPOT_TEST_MONGODB_URI` names; where that is not set, in a `SecantusDB` that all
/// tests of this build share. There it goes away with the server; a real one keeps it until it is dropped.
#[derive(Clone, Debug)]
pub struct MongoDb {
    server: String,
    name: String,
}

impl MongoDb {
    /// Starts the server where it does not run yet, which takes a second. `npm test` installs it. Blocks the thread.
    pub fn new() -> anyhow::Result<Self> {
        let server = env::var(REAL).or_else(|_| shared::address())?;
        let unique = ClientRef::generate().to_string().replace('-', "");
        Ok(Self { server, name: format!("notespot_test_{unique}") })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is, as `--metadata` of a server takes it.
    #[must_use]
    pub fn address(&self) -> String {
        let (scheme, rest) = self.server.split_once("://").unwrap_or(("mongodb", &self.server));
        let (place, options) = rest.split_once('?').unwrap_or((rest, ""));
        let hosts = place.split('/').next().unwrap_or_default();
        format!("{scheme}://{hosts}/{}?{options}", self.name)
    }

    /// Whether tests run on a real MongoDB.
    #[must_use]
    pub fn is_real() -> bool {
        env::var_os(REAL).is_some()
    }
}
