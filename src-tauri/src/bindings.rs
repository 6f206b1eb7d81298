//! The typed bridge: commands, what they take and answer, and the event, as the web view sees them.

use notespot_protocol::window::AppEvent;
use tauri::Wry;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands};

use crate::commands::{files, links, lists, offline, session, transfers};

/// All commands. `ui/src/bindings.ts` is made from this list, and nothing else is callable.
#[expect(clippy::too_many_lines, reason = "a list")]
pub(crate) fn builder() -> Builder<Wry> {
    Builder::new()
        .commands(collect_commands![
            session::app_state,
            session::window_listens,
            session::sign_in,
            session::cancel_sign_in,
            session::sign_out,
            session::use_server,
            session::check_server,
            lists::open_view,
            lists::view_rows,
            lists::node_details,
            files::pick_and_upload,
            files::upload_dropped,
            files::download,
            links::open_public_link,
            links::copy_public_link,
            links::end_public_link,
            links::list_publicly,
            links::public_files,
            links::open_public_file,
            links::copy_public_file,
            files::rename,
            files::describe,
            files::trash,
            files::restore,
            files::create_folder,
            files::move_to,
            files::move_back,
            files::copy_to,
            files::make_copies,
            lists::choose_folder,
            files::delete_for_ever,
            files::empty_trash,
            lists::weigh,
            lists::weigh_view,
            files::tag,
            files::conflicts,
            files::resolve_conflict,
            transfers::transfers,
            transfers::cancel_transfer,
            transfers::retry_transfer,
            transfers::clear_finished,
            transfers::pause_transfer,
            transfers::resume_transfer,
            transfers::pause_all_transfers,
            transfers::resume_all_transfers,
            transfers::cancel_all_transfers,
            transfers::move_transfer,
            transfers::answer_target,
            transfers::choose_again,
            transfers::remove_transfer,
            transfers::transfer_limits,
            transfers::set_transfer_limits,
            offline::keep_offline,
            offline::keep_nothing_offline,
            offline::offline_usage,
            offline::set_offline_budget,
            offline::open_file,
            offline::cancel_opening,
            session::copy_text,
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
