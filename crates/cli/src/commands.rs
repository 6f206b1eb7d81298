//! One file a command. Each asks the application, and says what came of it.

mod download;
mod links;
mod list;
mod moving;
mod session;
mod trash;
mod upload;

use std::process::ExitCode;
use std::sync::Arc;

use notespot_app::{AppConfig, AppError, CancellationToken, Redirect, Remote, UploadCommand};
use notespot_protocol::{Node, NodeId, NodeKind};
use url::Url;

use crate::arguments::{Arguments, Command};
use crate::exit::Ending;
use crate::host::Terminal;
use crate::output::{self, Form};

/// From this much on, two clocks are told apart.
const CLOCK_APART_SECS: i64 = 60;

/// Of the memory for everything that is under way: what a thousand files take while they wait for the rest of it.
const WAITING_BYTES: usize = 16 * 1024 * 1024;

/// Runs one command to its end. Gives what is to be forgotten when nothing else is left to do.
pub(crate) async fn run(arguments: Arguments) -> (ExitCode, Option<Arc<UploadCommand>>) {
    let form = Form::of(arguments.json);
    let remote = match start(&arguments).await {
        Ok(remote) => remote,
        Err(error @ (AppError::BadServerUrl { .. } | AppError::Network(_))) => {
            output::stopped(form, error);
            return (Ending::Usage.into(), None);
        }
        Err(error) => return (output::stopped(form, error).into(), None),
    };
    let mut done = None;
    let cancel = cancelled_by_ctrl_c();
    let ending = match arguments.command {
        Command::SignIn => session::sign_in(&remote, form).await,
        Command::SignOut => session::sign_out(&remote, form).await,
        Command::Upload(upload) => Box::pin(upload::upload(&remote, form, upload, &cancel, &mut done)).await,
        Command::Download(download) => Box::pin(download::download(&remote, form, download, &cancel)).await,
        Command::Ls { folder } => list::list(&remote, form, folder.as_deref()).await,
        Command::Link { name } => links::link(&remote, form, &name).await,
        Command::Unlink { name } => links::unlink(&remote, form, &name).await,
        Command::Rm { names } => trash::trash(&remote, form, names).await,
    };
    if ending != Ending::Done {
        tell_clock(form, remote.clock_ahead());
    }
    (output::heard(ending), done)
}

/// A clock that is wrong makes certificates, sessions and signatures look expired: whoever sees a failure
/// should know.
fn tell_clock(form: Form, server_ahead: Option<i64>) {
    let Some(secs) = server_ahead.filter(|secs| secs.abs() >= CLOCK_APART_SECS) else { return };
    let side = if secs > 0 { "behind" } else { "ahead of" };
    if form == Form::Events {
        output::clock(secs);
    }
    output::warn(&format!("This machine\u{2019}s clock is {} s {side} the server\u{2019}s.", secs.abs()));
}

async fn start(arguments: &Arguments) -> Result<Remote, AppError> {
    let mut config = AppConfig::from_environment(Redirect::Loopback)?;
    config.transfers.memory_bytes = config.transfers.memory_bytes.saturating_sub(WAITING_BYTES);
    arguments.pace.apply(&mut config.transfers);
    config.patience = arguments.pace.patience();
    arguments.way.apply(&mut config.network);
    if let Some(server) = &arguments.server {
        let url = Url::parse(server).map_err(|_| AppError::BadServerUrl { given: server.to_owned() })?;
        config.server_url = Some(url);
    }
    Remote::start(config, Arc::new(Terminal)).await
}

/// Ctrl+C gives up what is under way, tidily; a second one ends the program as usual.
fn cancelled_by_ctrl_c() -> CancellationToken {
    let cancel = CancellationToken::new();
    let told = cancel.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            told.cancel();
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(130);
            }
        }
    });
    cancel
}

/// A folder by its path or id; `None` is the top level.
async fn folder(remote: &Remote, given: Option<&str>) -> Result<Option<NodeId>, AppError> {
    let Some(given) = given.filter(|given| !given.trim_matches('/').is_empty()) else { return Ok(None) };
    match remote.find(given).await? {
        Node { kind: NodeKind::Folder, id, .. } => Ok(Some(id)),
        Node { kind: NodeKind::File, .. } => Err(AppError::IsFile { given: given.to_owned() }),
    }
}
