//! Ending in order.

use notespot_app::App;
use tauri::{AppHandle, Manager as _};

/// Ends transfers and closes the library; at most five seconds.
pub(crate) fn settle(app: &AppHandle) {
    if let Some(application) = app.try_state::<App>() {
        tauri::async_runtime::block_on(application.shut_down());
    }
}

/// SIGTERM and SIGINT close the window as the person would.
#[cfg(unix)]
pub(crate) fn on_signal(app: &AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};

    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let (Ok(mut terminate), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            tracing::warn!("signals cannot be listened for");
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        app.exit(0);
    });
}

/// Elsewhere windows are closed by messages.
#[cfg(not(unix))]
pub(crate) fn on_signal(_app: &AppHandle) {}
