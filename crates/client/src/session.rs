//! Who is signed in.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use notespot_protocol::{ErrorCode, Failure, UserId};
use tokio::sync::watch;
use url::Url;

use crate::http::Http;
use crate::sign_in::{self, Pending, provider::Access};
use crate::{ClientError, MemoryStore, Network, Secret, SecretStore};

mod flow;
mod kept;
mod renewal;
mod renewal_lock;

use kept::{Kept, KeptSession};

/// What a session is made of.
pub struct SessionConfig {
    /// The server that it is for.
    pub server: Url,
    /// Where the refresh token is kept. One that turns out not to keep anything is replaced by
    /// memory.
    pub store: Arc<dyn SecretStore>,
    /// A file that all programs of this user share, for this server.
    pub lock_file: PathBuf,
    /// A personal access token: takes the place of signing in.
    pub token: Option<Secret>,
    /// The way that requests take.
    pub network: Network,
    /// How long a sign-in may be under way.
    pub sign_in_lifetime: Duration,
}

impl SessionConfig {
    /// Ten minutes for a sign-in, no personal access token, the system's network.
    #[must_use]
    pub fn new(server: Url, store: Arc<dyn SecretStore>, lock_file: PathBuf) -> Self {
        let network = Network::default();
        Self { server, store, lock_file, token: None, network, sign_in_lifetime: sign_in::LIFETIME }
    }
}

/// Who is signed in, for whoever shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionStatus {
    /// The session of the last run has not been taken up yet.
    Starting,
    /// Nobody.
    SignedOut {
        /// Why, when it was not the person's wish.
        reason: Option<Failure>,
    },
    /// The browser has the word.
    SigningIn {
        /// The page that it was sent to.
        page: Url,
    },
    /// Somebody.
    SignedIn {
        /// Who; `None` for a personal access token, which does not say.
        user: Option<UserId>,
        /// Whether the session ends with the program.
        ends_with_program: bool,
    },
}

/// Who is signed in at one server, and in whose name calls are made. Cheap to clone.
///
/// Guarantees: a refresh token is sent once, by one program at a time; the next one is in the
/// keyring before the access token that came with it is used; a server that cannot be reached does
/// not end the session. One case is beyond us: a program or a network that dies between the
/// provider's rotation and our writing it down leaves a token that the provider has replaced, and
/// the person signs in again.
#[derive(Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

struct Inner {
    server: Url,
    http: Http,
    lock_file: PathBuf,
    sign_in_lifetime: Duration,
    state: Mutex<State>,
    /// One renewal at a time in this program.
    renewing: tokio::sync::Mutex<()>,
    status: watch::Sender<SessionStatus>,
}

struct State {
    kept: Kept,
    credentials: Credentials,
    flow: Flow,
    reason: Option<Failure>,
}

enum Credentials {
    Unknown,
    None,
    Token(Secret),
    OAuth {
        /// As last seen. The store's is newer where another program has renewed.
        kept: KeptSession,
        access: Option<Access>,
        /// Whether the store holds it.
        saved: bool,
    },
}

enum Flow {
    Idle,
    Waiting(Box<Pending>),
    /// The code is being exchanged; `number` tells it from one that was begun after a cancellation.
    Exchanging {
        page: Url,
        number: u64,
    },
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("server", &self.inner.server.as_str()).finish_non_exhaustive()
    }
}

impl Session {
    /// A session that nobody has taken up yet: see [`restore`](Self::restore).
    pub fn new(config: SessionConfig) -> Result<Self, ClientError> {
        let http = Http::new(config.network)?;
        let kept = Kept::new(config.store, account_of(&config.server));
        let credentials = config.token.map_or(Credentials::Unknown, Credentials::Token);
        let state = State { kept, credentials, flow: Flow::Idle, reason: None };
        let status = watch::Sender::new(state.status());
        Ok(Self {
            inner: Arc::new(Inner {
                server: config.server,
                http,
                lock_file: config.lock_file,
                sign_in_lifetime: config.sign_in_lifetime,
                state: Mutex::new(state),
                renewing: tokio::sync::Mutex::new(()),
                status,
            }),
        })
    }

    /// Takes up the session of the last run, without asking the server. Finds out, by setting and
    /// getting, whether the keyring works; where it does not, the session ends with the program.
    pub async fn restore(&self) {
        let (kept, has_token) =
            self.with(|state| (state.kept.clone(), matches!(state.credentials, Credentials::Token(_))));
        if has_token {
            return;
        }
        let loaded = match kept.load().await {
            Ok(Some(session)) => Ok(Some(session)),
            Ok(None) => kept.probe().await.map(|()| None),
            Err(error) => Err(error),
        };
        self.change(|state| {
            let found = match loaded {
                Ok(found) => found,
                Err(error) => {
                    tracing::warn!(%error, "no usable keyring: the session ends with the program");
                    let account = account_of(&self.inner.server);
                    state.kept = Kept::new(Arc::new(MemoryStore::default()), account);
                    None
                }
            };
            if matches!(state.credentials, Credentials::Unknown) {
                state.credentials = found.map_or(Credentials::None, |kept| Credentials::OAuth {
                    kept,
                    access: None,
                    saved: true,
                });
            }
        });
    }

    /// The server that it is for.
    #[must_use]
    pub fn server(&self) -> &Url {
        &self.inner.server
    }

    pub(crate) fn http(&self) -> &Http {
        &self.inner.http
    }

    /// By how many seconds the server's clock is ahead of this machine's, by its last answer: negative
    /// when it is behind, right to a second or two, `None` before an answer.
    #[must_use]
    pub fn clock_ahead(&self) -> Option<i64> {
        self.inner.http.clock_ahead()
    }

    /// Who is signed in, now and whenever it changes.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<SessionStatus> {
        self.inner.status.subscribe()
    }

    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.inner.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the state, and tells whoever watches if it shows.
    fn change<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        self.with(|state| {
            let result = f(state);
            let status = state.status();
            self.inner.status.send_if_modified(|shown| {
                let differs = *shown != status;
                *shown = status;
                differs
            });
            result
        })
    }
}

impl State {
    fn status(&self) -> SessionStatus {
        match &self.flow {
            Flow::Waiting(pending) => return SessionStatus::SigningIn { page: pending.page.clone() },
            Flow::Exchanging { page, .. } => return SessionStatus::SigningIn { page: page.clone() },
            Flow::Idle => {}
        }
        match &self.credentials {
            Credentials::Unknown => SessionStatus::Starting,
            Credentials::None => SessionStatus::SignedOut { reason: self.reason.clone() },
            Credentials::Token(_) => SessionStatus::SignedIn { user: None, ends_with_program: false },
            Credentials::OAuth { kept, saved, .. } => SessionStatus::SignedIn {
                user: Some(kept.user.clone()),
                ends_with_program: !saved || !self.kept.outlives_program(),
            },
        }
    }
}

/// What an entry of the keyring is filed under: one for each server.
fn account_of(server: &Url) -> String {
    server.as_str().trim_end_matches('/').to_owned()
}

fn failure(error: &ClientError) -> Failure {
    let code: ErrorCode = error.code();
    Failure { code, message: error.to_string(), request_id: error.request_id().map(str::to_owned) }
}
