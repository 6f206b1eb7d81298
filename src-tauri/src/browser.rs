//! The system's browser.

use std::process::{Command, Stdio};

use notespot_app::HostError;
use tauri::AppHandle;
use tauri_plugin_opener::OpenerExt as _;

/// Names the program to open pages with, where the system's choice is not wanted.
const BROWSER: &str = "NOTESPOT_BROWSER";

/// Opens a page. The system may say yes and show nothing: the window offers the address as well.
pub(crate) fn open(app: &AppHandle, url: &str) -> Result<(), HostError> {
    match std::env::var_os(BROWSER).filter(|program| !program.is_empty()) {
        Some(program) => {
            let mut child = Command::new(program)
                .arg(url)
                .stdin(Stdio::null())
                .spawn()
                .map_err(|error| HostError(Box::new(error)))?;
            // Waited for, so that it does not stay behind as a zombie.
            std::thread::spawn(move || child.wait());
            Ok(())
        }
        None => app.opener().open_url(url, None::<&str>).map_err(|error| HostError(Box::new(error))),
    }
}
