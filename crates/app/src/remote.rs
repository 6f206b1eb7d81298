//! The use cases without a library: for the command line.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notespot_client::{ApiClient, Keyring, MemoryStore, SecretStore, Session, SessionConfig, SessionStatus};
use notespot_network::Network;
use notespot_protocol::{Node, NodeId, NodeName, NodesQuery};
use notespot_transfer::Engine;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use url::Url;

use crate::patience::Patience;
use crate::transfers::OverRest;
use crate::{AppConfig, AppError, Host, Keep, TransferSettings, settings};

/// The most that a listing asks for at once.
const PAGE: u32 = 1000;
/// See [`Remote::folder_reads`].
const FOLDER_READS: usize = 32;

/// The use cases without a library: each asks the server. Cheap to clone.
#[derive(Clone)]
pub struct Remote {
    pub(crate) api: ApiClient,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) engine: Engine,
    pub(crate) control: Arc<OverRest>,
    pub(crate) data_dir: PathBuf,
    pub(crate) patience: Arc<Patience>,
    /// Folders that are read at once, each by a thread that waits while nobody takes what it finds.
    pub(crate) folder_reads: Arc<Semaphore>,
}

impl Remote {
    /// Takes up the session of the last run, or the token of the configuration. Asks no server yet.
    pub async fn start(config: AppConfig, host: Arc<dyn Host>) -> Result<Self, AppError> {
        let server = chosen_server(&config)?;
        let patience = Arc::new(Patience::new(config.patience));
        let remote = Self { patience, ..Self::at(&config, server, host)? };
        remote.session().restore().await;
        Ok(remote)
    }

    /// For one server, with a session that is not taken up yet, and without patience.
    pub(crate) fn at(config: &AppConfig, server: Url, host: Arc<dyn Host>) -> Result<Self, AppError> {
        let store: Arc<dyn SecretStore> = match config.keep {
            Keep::Keyring => Arc::new(Keyring),
            Keep::Memory => Arc::new(MemoryStore::default()),
        };
        let lock_file =
            config.data_dir.join("sessions").join(format!("{}.lock", name_of(&[server.as_str()])));
        let network = Network::new(&config.network)?;
        let session = SessionConfig {
            token: config.token.clone(),
            network: network.clone(),
            ..SessionConfig::new(server, store, lock_file)
        };
        let engine = Engine::new(TransferSettings { network, ..config.transfers.clone() })?;
        let api = ApiClient::new(Session::new(session)?);
        let control = Arc::new(OverRest::new(&api));
        let patience = Arc::new(Patience::new(Duration::ZERO));
        let folder_reads = Arc::new(Semaphore::new(FOLDER_READS));
        let data_dir = config.data_dir.clone();
        Ok(Self { api, host, engine, control, data_dir, patience, folder_reads })
    }

    pub(crate) fn session(&self) -> &Session {
        self.api.session()
    }

    /// The server's address.
    #[must_use]
    pub fn server_url(&self) -> &str {
        self.session().server().as_str().trim_end_matches('/')
    }

    /// By how many seconds the server's clock is ahead of this machine's, by its last answer.
    #[must_use]
    pub fn clock_ahead(&self) -> Option<i64> {
        self.session().clock_ahead()
    }

    /// Whether the session ends with the program, because the system has no usable keyring.
    #[must_use]
    pub fn ends_with_program(&self) -> bool {
        matches!(*self.session().status().borrow(), SessionStatus::SignedIn { ends_with_program: true, .. })
    }

    /// A living node by its id, or by its path from the top level: `Reports/2026/May.pdf`.
    pub async fn find(&self, path_or_id: &str) -> Result<Node, AppError> {
        if let Ok(id) = path_or_id.parse::<NodeId>() {
            return Ok(self.api.node(id).await?);
        }
        let mut found: Option<Node> = None;
        for word in path_or_id.split('/').filter(|word| !word.is_empty()) {
            let query = NodesQuery {
                parent: found.as_ref().map(|folder| folder.id),
                name: Some(NodeName::new(word)?),
                limit: Some(1),
                ..NodesQuery::default()
            };
            let page = self.api.nodes(&query).await?;
            found = Some(page.items.into_iter().next().ok_or_else(|| no_such(path_or_id))?);
        }
        found.ok_or_else(|| no_such(path_or_id))
    }

    /// The living children of a folder, folders first, by name.
    pub async fn list(&self, folder: Option<NodeId>) -> Result<Vec<Node>, AppError> {
        let mut query = NodesQuery { parent: folder, limit: Some(PAGE), ..NodesQuery::default() };
        let mut nodes = Vec::new();
        loop {
            let page = self.api.nodes(&query).await?;
            nodes.extend(page.items);
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => return Ok(nodes),
            }
        }
    }
}

/// The server that somebody insists on, or the one that was used last, or the embedded one.
pub(crate) fn chosen_server(config: &AppConfig) -> Result<Url, AppError> {
    if let Some(url) = &config.server_url {
        return Ok(url.clone());
    }
    if let Some(url) = settings::remembered_server(&config.config_dir) {
        return Ok(url);
    }
    crate::config::parse_server_url(AppConfig::DEFAULT_SERVER)
}

/// Where the library of this account is.
pub(crate) fn library_path(config: &AppConfig, server: &Url, user: &str) -> PathBuf {
    config.data_dir.join("libraries").join(format!("{}.sqlite", name_of(&[server.as_str(), user])))
}

/// Where contents that this account has on this machine are: beside its library, by the same name.
pub(crate) fn offline_folder(config: &AppConfig, library: &Path) -> PathBuf {
    config.data_dir.join("offline").join(library.file_stem().unwrap_or_default())
}

/// A file name for something that is no file name. Lengths go in, so that no two lists are one.
pub(crate) fn name_of(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(&hash.finalize()[..16])
}

fn no_such(given: &str) -> AppError {
    AppError::NoSuchPath { given: given.to_owned() }
}
