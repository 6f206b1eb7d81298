//! The program starts itself anew in its own place: same process, same arguments, other environment.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// Holds the process that was started anew because the one before it was ending. What that one starts has
/// another.
const AFTER_ANOTHER: &str = "NOTESPOT_STARTED_AFTER_ANOTHER";
/// The plugin that hands a second start over to the first.
const SINGLE_INSTANCE: &str = "single-instance";

/// Starts the program anew with this in its environment, which cannot be changed safely once threads run. Returns
/// only where that failed.
pub(crate) fn with(variable: &str, value: &str) {
    if let Ok(program) = std::env::current_exe() {
        let error = Command::new(program).args(std::env::args_os().skip(1)).env(variable, value).exec();
        tracing::warn!(%error, "the program could not start itself anew");
    }
}

/// Starts the program anew where it failed because the running one, which was to take over, ended in that moment:
/// killed, or closed. Once; returns where that is not so.
pub(crate) fn after_another(error: &tauri::Error) {
    let is_hand_over =
        matches!(error, tauri::Error::PluginInitialization(plugin, _) if plugin == SINGLE_INSTANCE);
    let own = std::process::id().to_string();
    if is_hand_over && std::env::var(AFTER_ANOTHER).as_deref() != Ok(&own) {
        with(AFTER_ANOTHER, &own);
    }
}
