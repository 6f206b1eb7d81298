//! What the window shows around the list, told whenever it changes.

use std::sync::{Arc, Mutex, PoisonError};

use notespot_protocol::Failure;
use notespot_protocol::window::{
    AppEvent, AppState, EditCounts, LibraryCounts, Notice, NoticeKind, ServerState, ServerStatus,
    SessionState, SyncState, SyncStatus,
};

use tokio::sync::watch;

use crate::{AppError, Host};

/// The state that the window has seen, and the way to tell it of the next one.
pub(crate) struct Shown {
    state: Mutex<AppState>,
    /// False while the last answer, or its absence, says that the server is away.
    reachable: watch::Sender<bool>,
    host: Arc<dyn Host>,
}

impl Shown {
    pub(crate) fn new(server_url: String, host: Arc<dyn Host>) -> Self {
        Self { state: Mutex::new(at_start(server_url)), reachable: watch::Sender::new(true), host }
    }

    pub(crate) fn state(&self) -> AppState {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes the state. The window hears of it if anything differs, in the order of the changes.
    pub(crate) fn update(&self, change: impl FnOnce(&mut AppState)) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let before = state.clone();
        change(&mut state);
        let reachable = !matches!(state.server.status, ServerStatus::Unreachable { .. });
        self.reachable.send_if_modified(|known| std::mem::replace(known, reachable) != reachable);
        if *state != before {
            self.host.on_event(AppEvent::StateChanged { state: state.clone() });
        }
    }

    /// False while the server is away.
    pub(crate) fn reachable(&self) -> watch::Receiver<bool> {
        self.reachable.subscribe()
    }

    /// Another server: everything is as at the start.
    pub(crate) fn restart(&self, server_url: String) {
        self.update(|state| *state = at_start(server_url));
    }

    pub(crate) fn library_changed(&self) {
        self.host.on_event(AppEvent::LibraryChanged);
    }

    pub(crate) fn notice(&self, kind: NoticeKind, failure: Option<Failure>) {
        self.host.on_event(AppEvent::Notice { notice: Notice { kind, failure } });
    }

    /// Notes what an answer, or its absence, says of the server.
    pub(crate) fn server_answered<T>(&self, result: &Result<T, AppError>) {
        let status = match result {
            Err(error) if says_server_is_away(error) => ServerStatus::Unreachable { failure: error.into() },
            _ => ServerStatus::Reachable,
        };
        self.update(|state| state.server.status = status);
    }
}

/// Whether the error is about the way to the server and not about the wish.
pub(crate) fn says_server_is_away(error: &AppError) -> bool {
    use notespot_client::ClientError;
    matches!(error.client(), Some(ClientError::Unreachable { .. } | ClientError::NotANotespotServer { .. }))
}

fn at_start(url: String) -> AppState {
    AppState {
        server: ServerState { url, status: ServerStatus::Checking },
        session: SessionState::Starting,
        sync: SyncState { status: SyncStatus::Idle, as_of: None },
        counts: LibraryCounts::default(),
        edits: EditCounts::default(),
    }
}
