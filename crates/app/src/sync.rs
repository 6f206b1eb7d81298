//! Keeping the library as the server has it.
//!
//! Sync asks when the server says that there is something ([`listen`]), when something was done here, and from time
//! to time. The first fill and every later change come through one door, `GET /v1/changes`: a page is taken
//! in with its revision in one transaction, so that a crash or a lost connection anywhere costs one
//! page at the most.

use std::time::Duration;

use notespot_client::SessionStatus;
use notespot_client::api::discover;
use notespot_protocol::window::{NoticeKind, SessionState, SyncState, SyncStatus};

use crate::library::Opened;
use crate::{App, AppError, Remote};

mod follow;
mod listen;
mod pace;
mod pull;
mod send;
mod server;
#[cfg(test)]
pub(crate) mod tests;

use pace::Pace;

/// Runs for as long as the connection to one server: follows the session, and syncs while somebody
/// is signed in.
pub(crate) async fn run(app: App, remote: Remote) {
    let session = remote.session().clone();
    session.restore().await;
    let mut status = session.status();
    loop {
        let now = status.borrow_and_update().clone();
        let work = async {
            match now {
                SessionStatus::SignedIn { user, ends_with_program } => {
                    follow::follow(&app, &remote, user, ends_with_program).await;
                }
                SessionStatus::Starting => std::future::pending().await,
                SessionStatus::SignedOut { reason } => {
                    show_nobody(&app, SessionState::SignedOut { reason });
                    watch_server(&app, &remote).await;
                }
                SessionStatus::SigningIn { page } => {
                    show_nobody(&app, SessionState::SigningIn { url: page.to_string() });
                    watch_server(&app, &remote).await;
                }
            }
        };
        tokio::select! {
            () = work => {}
            changed = status.changed() => if changed.is_err() { return },
        }
        if let Some(library) = app.take_library() {
            app.settle_journal(&library).await;
            library.close().await;
        }
    }
}

fn show_nobody(app: &App, session: SessionState) {
    app.shown().update(|state| {
        state.session = session;
        state.sync = SyncState { status: SyncStatus::Idle, as_of: None };
        state.counts = notespot_protocol::window::LibraryCounts::default();
        state.edits = notespot_protocol::window::EditCounts::default();
    });
}

/// Shows whether the server is there, while nobody is signed in.
async fn watch_server(app: &App, remote: &Remote) {
    let mut pace = Pace::new(Duration::from_secs(30));
    loop {
        let result = discover(remote.session()).await.map_err(AppError::from);
        app.shown().server_answered(&result);
        pace.wait(app, result.is_ok()).await;
    }
}

/// Tells the person of a library that had to be begun anew.
fn tell_rebuilt(app: &App, opened: &Opened) {
    if opened.moved_aside.is_none() {
        return;
    }
    match &opened.edits_saved {
        None => app.shown().notice(NoticeKind::LibraryRebuilt, None),
        Some(file) => {
            let error = AppError::UnsentChanges { file: file.clone() };
            app.shown().notice(NoticeKind::LibraryRebuilt, Some((&error).into()));
        }
    }
}
