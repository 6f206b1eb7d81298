//! The typed bridge: commands, what they take and answer, and the event, as the web view sees them.

use notespot_protocol::window::AppEvent;
use tauri::Wry;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands};

use crate::commands;

/// All commands. `ui/src/bindings.ts` is made from this list, and nothing else is callable.
pub(crate) fn builder() -> Builder<Wry> {
    Builder::new()
        .commands(collect_commands![
            commands::app_state,
            commands::window_listens,
            commands::sign_in,
            commands::cancel_sign_in,
            commands::sign_out,
            commands::use_server,
            commands::check_server,
            commands::open_view,
            commands::view_rows,
            commands::node_details,
            commands::pick_and_upload,
            commands::upload_dropped,
            commands::download,
            commands::open_public_link,
            commands::copy_public_link,
            commands::end_public_link,
            commands::rename,
            commands::describe,
            commands::trash,
            commands::restore,
            commands::create_folder,
            commands::transfers,
            commands::cancel_transfer,
            commands::retry_transfer,
            commands::clear_finished,
            commands::pause_transfer,
            commands::resume_transfer,
            commands::pause_all_transfers,
            commands::resume_all_transfers,
            commands::cancel_all_transfers,
            commands::move_transfer,
            commands::answer_target,
            commands::choose_again,
            commands::remove_transfer,
            commands::transfer_limits,
            commands::set_transfer_limits,
            commands::copy_text,
        ])
        .typ::<AppEvent>()
        .error_handling(ErrorHandlingMode::Throw)
        // One type for what is written and what is read: `Option` fields would become two.
        .disable_serde_phases()
}

#[cfg(test)]
mod tests {
    use specta_typescript::Typescript;

    use super::*;

    /// `cargo xtask generate` writes it.
    #[test]
    fn what_is_committed_is_fresh() {
        let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/src/bindings.ts");
        let folder = tempfile::tempdir().unwrap();
        let fresh = folder.path().join("bindings.ts");
        builder().export(Typescript::default(), &fresh).unwrap();
        let fresh = std::fs::read_to_string(fresh).unwrap();
        if std::env::var_os("NOTESPOT_UPDATE_GENERATED").is_some() {
            std::fs::write(committed, &fresh).unwrap();
        }
        let committed = std::fs::read_to_string(committed).unwrap_or_default();
        assert!(committed == fresh, "ui/src/bindings.ts is stale: run `cargo xtask generate`");
    }
}
