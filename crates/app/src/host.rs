//! What the program around the application does for it.

use std::path::Path;

use notespot_protocol::window::AppEvent;

/// Why the host could not do it: kept for the log, not shown.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct HostError(#[from] pub Box<dyn std::error::Error + Send + Sync>);

/// What the program around the application does for it. Called from async threads: answer soon.
pub trait Host: Send + Sync + 'static {
    /// Opens a page in the system's browser.
    fn open_browser(&self, url: &str) -> Result<(), HostError>;

    /// Puts a text on the clipboard.
    fn copy_text(&self, text: &str) -> Result<(), HostError>;

    /// Opens a file in the program that the system has for it. A host without a desktop cannot.
    fn open_file(&self, path: &Path) -> Result<(), HostError> {
        let _ = path;
        Err(HostError("there is no desktop".into()))
    }

    /// Shows a file in the folder that it lies in. A host without a desktop cannot.
    fn show_in_folder(&self, path: &Path) -> Result<(), HostError> {
        let _ = path;
        Err(HostError("there is no desktop".into()))
    }

    /// Hears what happened, in order. The command line ignores it. Must not call the application
    /// back before it returns.
    fn on_event(&self, event: AppEvent);
}
