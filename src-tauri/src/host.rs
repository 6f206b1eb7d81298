//! What the application needs of the desktop.

use std::path::Path;

use notespot_app::{Host, HostError};
use notespot_protocol::window::AppEvent;
use tauri::{AppHandle, Emitter as _, Manager as _};

use crate::early_notices::EarlyNotices;
use crate::{browser, clipboard, files};

/// The one event that the web view listens for.
const EVENT: &str = "app-event";

/// A desktop with a window, a clipboard and a browser.
pub(crate) struct Desktop {
    app: AppHandle,
}

impl Desktop {
    pub(crate) fn new(app: AppHandle) -> Self {
        Self { app }
    }
}

impl Host for Desktop {
    fn open_browser(&self, url: &str) -> Result<(), HostError> {
        browser::open(&self.app, url)
    }

    fn copy_text(&self, text: &str) -> Result<(), HostError> {
        clipboard::copy(&self.app, text)
    }

    fn open_file(&self, path: &Path) -> Result<(), HostError> {
        files::open(&self.app, path)
    }

    fn show_in_folder(&self, path: &Path) -> Result<(), HostError> {
        files::show_in_folder(&self.app, path)
    }

    fn on_event(&self, event: AppEvent) {
        let Some(event) = self.app.state::<EarlyNotices>().hold(event) else { return };
        if let Err(error) = self.app.emit(EVENT, event) {
            tracing::warn!(%error, "the window could not be told");
        }
    }
}
