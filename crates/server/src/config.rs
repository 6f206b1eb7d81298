//! Configuration: a TOML file, the environment, flags, in rising order. Every problem is found at
//! the start, and all are listed at once.

mod arguments;
mod clerk;
mod file;
#[cfg(test)]
mod fuzz;
mod operations;
mod resolve;

use std::net::SocketAddr;
use std::path::PathBuf;

use notespot_objects::s3::S3Config;
use notespot_protocol::ByteCount;
use url::Url;

pub use arguments::{Arguments, Command, TokenCommand, TokenScope, UserCommand};
pub use clerk::ClerkConfig;
pub use operations::{LogFormat, Operations};
pub use resolve::Problems;
pub(crate) use resolve::read_size;

use crate::identity::SignUp;
use crate::secret::Secret;

/// What the server was told, checked.
#[derive(Debug)]
pub struct Config {
    /// Where to listen. Port 0 picks one.
    pub listen: SocketAddr,
    /// The address under which browsers and apps reach the server; `None` follows `listen`.
    pub public_url: Option<Url>,
    /// Where everything embedded is kept.
    pub data_dir: PathBuf,
    /// Where metadata is kept.
    pub metadata: Metadata,
    /// Where objects are kept.
    pub objects: Objects,
    /// Whose tokens are accepted; the first is the one that apps sign in at.
    pub issuers: Vec<Issuer>,
    /// The desktop app's OAuth client id at the issuer elsewhere; where there is none, at the local one, which
    /// makes it at the first start when it is not given.
    pub oauth_client_id: Option<String>,
    /// The `azp` that session tokens may have.
    pub authorized_parties: Vec<String>,
    /// What is known of the Clerk instance.
    pub clerk: ClerkConfig,
    /// Who may make an account at the local identity provider.
    pub sign_up: SignUp,
    /// How much each user may store.
    pub quota: ByteCount,
    /// How the server is run.
    pub operations: Operations,
}

/// Where metadata is kept.
#[derive(Debug, PartialEq, Eq)]
pub enum Metadata {
    /// In a file of this server.
    Sqlite,
    /// In a MongoDB, which several servers may share: its address, which may hold a password.
    MongoDb(Secret),
}

/// Where objects are kept.
#[derive(Debug, PartialEq, Eq)]
pub enum Objects {
    /// In files of this server.
    Embedded,
    /// In a bucket: `s3://bucket?region=…`.
    S3(Box<S3Config>),
}

/// Whose tokens are accepted.
#[derive(Debug, PartialEq, Eq)]
pub enum Issuer {
    /// The identity provider in this process.
    Local,
    /// One elsewhere, such as Clerk.
    External(Url),
}
