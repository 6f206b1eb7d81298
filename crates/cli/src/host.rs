//! What the application needs of a terminal.

use notespot_app::{Host, HostError};
use notespot_protocol::window::AppEvent;

/// A terminal.
pub(crate) struct Terminal;

impl Host for Terminal {
    fn open_browser(&self, url: &str) -> Result<(), HostError> {
        // Printed in any case: the browser may open on another desktop, or not at all.
        crate::output::warn(&format!(
            "Sign in with your browser. If it does not open, open this address yourself:\n\n  {url}\n"
        ));
        webbrowser::open(url).map_err(|error| HostError(error.into()))
    }

    fn copy_text(&self, text: &str) -> Result<(), HostError> {
        crate::output::say(text);
        Ok(())
    }

    fn on_event(&self, _event: AppEvent) {}
}
