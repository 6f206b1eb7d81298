//! While somebody is signed in.

use std::sync::Arc;
use std::time::{Duration, Instant};

use notespot_client::ClientError;
use notespot_client::api::discover;
use notespot_protocol::window::{NoticeKind, ServerStatus, SessionState, SyncStatus};
use notespot_protocol::{ByteCount, Failure, Me, Revision, Timestamp, UserId};

use super::listen::Listening;
use super::pull::{Pulled, pull};
use super::send::send;
use super::{Pace, tell_rebuilt};
use crate::library::{self, Library, LibraryError};
use crate::offline::{self, Offline};
use crate::remote::{library_path, offline_folder};
use crate::{App, AppError, Remote, token_owner};

/// How often the server is asked where it does not say by itself that there is something new.
const POLL: Duration = Duration::from_secs(2);
/// How often it is asked where it does: a stream may die without a word.
const POLL_WHILE_HEARD: Duration = Duration::from_secs(15);
/// How old the time that is shown and kept may be, while all is well.
const AS_OF_SLACK: Duration = Duration::from_secs(30);

/// Opens the account's library and keeps it as the server has it. Comes back when the library
/// fails, to begin again.
pub(super) async fn follow(app: &App, remote: &Remote, user: Option<UserId>, ends_with_app: bool) {
    let user = match user {
        Some(user) => user,
        None => owner_of_token(app, remote).await,
    };
    let path = library_path(app.config(), remote.session().server(), &user.0);
    let result = async {
        let opened = library::open(&path, &app.config().locale).await?;
        tell_rebuilt(app, &opened);
        let offline = Offline::open(offline_folder(app.config(), &path)).await;
        let offline = Arc::new(offline.map_err(LibraryError::Folder)?);
        if app.put_library(remote, opened.library.clone(), offline.clone()) {
            app.take_up_transfers(&opened.library).await?;
        }
        let mut following =
            Following { app, remote, library: opened.library, ends_with_app, kept_as_of: None, told: None };
        following.show_what_is_there(&user).await?;
        following.library.read_index().await?;
        app.tell_changes(&following.library);
        let library = following.library.clone();
        let listening = Listening::default();
        tokio::select! {
            ended = following.keep_up(&listening) => ended,
            ended = offline::keep(app, remote, &library, &offline) => ended,
            () = listening.listen(app, remote, &library) => Ok(()),
            damage = library.damaged() => Err(damage),
        }
    };
    let failed: Result<(), LibraryError> = result.await;
    if let Err(error) = failed {
        tracing::error!(%error, "the library failed");
        if error.is_beyond_use() {
            library::condemn(&path).await;
        }
        app.shown().notice(NoticeKind::Failed, Some((&AppError::from(error)).into()));
        Pace::new(POLL).wait(app, false).await;
    }
}

async fn owner_of_token(app: &App, remote: &Remote) -> UserId {
    let server = remote.session().server();
    if let Some(owner) = token_owner::recall(app.config(), server).await {
        return owner;
    }
    let owner = first_answer(app, remote).await.id;
    token_owner::remember(app.config(), server, &owner).await;
    owner
}

/// Whose token this is: only the server can say.
async fn first_answer(app: &App, remote: &Remote) -> Me {
    let mut pace = Pace::new(POLL);
    loop {
        let result = remote.api.me().await.map_err(AppError::from);
        app.shown().server_answered(&result);
        match result {
            Ok(me) => return me,
            Err(AppError::Client(error)) if !error.is_passing() => {
                let reason = Some((&AppError::from(error)).into());
                app.shown().update(|state| state.session = SessionState::SignedOut { reason });
            }
            Err(_) => {}
        }
        pace.wait(app, false).await;
    }
}

struct Following<'a> {
    app: &'a App,
    remote: &'a Remote,
    library: Library,
    ends_with_app: bool,
    /// When `as_of` was last shown and written down.
    kept_as_of: Option<Instant>,
    /// What the person has been told already.
    told: Option<Failure>,
}

impl Following<'_> {
    /// Before any answer: the list of the last run, and as of when it is.
    async fn show_what_is_there(&self, user: &UserId) -> Result<(), LibraryError> {
        let progress = self.library.progress().await?;
        let me = progress.me.unwrap_or_else(|| nobody_known(user));
        let ends_with_app = self.ends_with_app;
        self.app.shown().update(|state| {
            state.session = SessionState::SignedIn { me, ends_with_app };
            state.sync.as_of = progress.as_of;
            state.sync.status = match (&state.server.status, progress.as_of) {
                (ServerStatus::Unreachable { .. }, _) => SyncStatus::Offline,
                (_, Some(_)) => SyncStatus::Syncing,
                (_, None) => SyncStatus::Filling { received: 0 },
            };
        });
        self.app.shown().library_changed();
        Ok(())
    }

    async fn keep_up(&mut self, listening: &Listening) -> Result<(), LibraryError> {
        let mut pace = Pace::new(POLL);
        let mut last_complete = None;
        let mut knows_me = false;
        loop {
            let result = self.round(&mut knows_me).await;
            self.app.shown().server_answered(&result);
            match result {
                Ok(()) => {
                    last_complete = Some(Timestamp::now());
                    self.up_to_date().await?;
                    pace.set_steady(if listening.is_heard() { POLL_WHILE_HEARD } else { POLL });
                    pace.wait(self.app, true).await;
                }
                Err(AppError::Library(error)) => return Err(error),
                Err(error) => {
                    self.behind(&error, last_complete.take()).await?;
                    pace.wait(self.app, false).await;
                }
            }
        }
    }

    /// One question and its answers.
    async fn round(&self, knows_me: &mut bool) -> Result<(), AppError> {
        if !*knows_me {
            self.learn_where_links_are().await?;
            self.learn_me().await?;
            *knows_me = true;
        }
        // What was done here goes first: what comes back is newer.
        let api = &self.remote.api;
        let sent = send(api, &self.library, &|| self.app.tell_changes(&self.library)).await;
        // An edit that does not get through keeps nothing from coming.
        let came = pull(api, &self.library, &|page| self.tell_page(page)).await?;
        if came || matches!(sent, Ok(true)) {
            // What is used changed with the files.
            self.learn_me().await?;
        }
        sent.map(drop)
    }

    fn tell_page(&self, page: Pulled) {
        if page.changed {
            self.app.tell_changes(&self.library);
        }
        self.app.shown().update(|state| {
            if page.is_fill {
                state.sync.status = SyncStatus::Filling { received: page.received };
            } else if page.more {
                state.sync.status = SyncStatus::Syncing;
            }
        });
    }

    async fn learn_where_links_are(&self) -> Result<(), AppError> {
        let discovery = discover(self.remote.session()).await?;
        let links_at = discovery.public_url.trim_end_matches('/').to_owned();
        Ok(self.library.set_links_at(links_at).await?)
    }

    async fn learn_me(&self) -> Result<(), AppError> {
        let me = self.remote.api.me().await?;
        if me.revision < self.library.progress().await?.revision {
            tracing::warn!("the server is older than the library: it was restored, so fill afresh");
            self.library.begin_fill(me.revision).await?;
        }
        self.library.set_me(&me).await?;
        let ends_with_app = self.ends_with_app;
        self.app.shown().update(|state| state.session = SessionState::SignedIn { me, ends_with_app });
        Ok(())
    }

    async fn up_to_date(&mut self) -> Result<(), LibraryError> {
        self.told = None;
        let is_fresh = self.kept_as_of.is_some_and(|kept| kept.elapsed() < AS_OF_SLACK);
        if is_fresh && self.app.state().sync.status == SyncStatus::UpToDate {
            return Ok(());
        }
        let now = Timestamp::now();
        self.library.set_as_of(now).await?;
        self.kept_as_of = Some(Instant::now());
        self.app.shown().update(|state| {
            state.sync.status = SyncStatus::UpToDate;
            state.sync.as_of = Some(now);
        });
        Ok(())
    }

    /// The server is away, or refuses: the list stays, and says as of when it is.
    async fn behind(
        &mut self,
        error: &AppError,
        last_complete: Option<Timestamp>,
    ) -> Result<(), LibraryError> {
        if let Some(time) = last_complete {
            self.library.set_as_of(time).await?;
            self.kept_as_of = Some(Instant::now());
        }
        self.app.shown().update(|state| {
            state.sync.status = SyncStatus::Offline;
            state.sync.as_of = last_complete.or(state.sync.as_of);
        });
        let failure = Failure::from(error);
        let is_passing = matches!(error, AppError::Client(error) if error.is_passing());
        // The session's own end is shown by the session.
        let is_the_end =
            matches!(error, AppError::Client(ClientError::SessionEnded | ClientError::NotSignedIn));
        if !is_passing && !is_the_end && self.told.as_ref().map(|told| told.code) != Some(failure.code) {
            tracing::warn!(%error, "sync does not work");
            self.app.shown().notice(NoticeKind::Failed, Some(failure.clone()));
            self.told = Some(failure);
        }
        Ok(())
    }
}

/// Until the server has said more.
fn nobody_known(user: &UserId) -> Me {
    Me {
        id: user.clone(),
        name: String::new(),
        email: None,
        used: ByteCount::ZERO,
        quota: ByteCount::ZERO,
        revision: Revision::ZERO,
    }
}
