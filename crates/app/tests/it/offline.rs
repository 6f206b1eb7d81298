//! A server that goes away and comes back, and what is done meanwhile.

use notespot_protocol::window::{
    ConflictChoice, ConflictWhy, EditConflict, EditCounts, ServerStatus, SessionState, SyncStatus, ViewSource,
};
use notespot_protocol::{ErrorCode, NodeId, NodePatch};

use super::stand::Stand;
use super::window::{Window, inside, search, top};

/// A window that has everything, without a network.
pub(crate) async fn offline(stand: &Stand) -> Window {
    let window = Window::open(stand, "a").await;
    window.up_to_date().await;
    go_offline(stand, &window).await;
    window
}

pub(crate) async fn go_offline(stand: &Stand, window: &Window) {
    stand.go_offline();
    window.until_state("offline", |state| state.sync.status == SyncStatus::Offline).await;
}

/// Until nothing waits that could be sent.
pub(crate) async fn sent(window: &Window) {
    window
        .until_state("everything sent", |state| {
            state.sync.status == SyncStatus::UpToDate && state.edits.waiting == state.edits.conflicts
        })
        .await;
}

pub(crate) async fn only_conflict(window: &Window) -> EditConflict {
    window.until_state("a conflict", |state| state.edits.conflicts == 1).await;
    let mut conflicts = window.app.conflicts().await.unwrap();
    assert_eq!(conflicts.len(), 1);
    conflicts.remove(0)
}

pub(crate) async fn resolve(window: &Window, conflict: &EditConflict, choice: ConflictChoice) {
    assert!(conflict.choices.contains(&choice), "{conflict:?}");
    window.app.resolve(conflict.id, choice).await.unwrap();
    window.until_state("nothing waits", |state| state.edits == EditCounts::default()).await;
}

#[tokio::test]
async fn the_list_stays_while_the_server_is_away_and_catches_up_by_itself() {
    let stand = Stand::start().await;
    stand.file(None, "before.txt").await;
    let window = offline(&stand).await;
    let state = window.app.state();
    assert!(matches!(state.server.status, ServerStatus::Unreachable { .. }));
    assert!(state.sync.as_of.is_some() && matches!(state.session, SessionState::SignedIn { .. }));
    assert_eq!(window.names(top()).await, ["before.txt"]);
    assert_eq!(window.names(search("before")).await, ["before.txt"]);

    stand.folder(None, "meanwhile").await;
    stand.go_online();
    window.until_names(top(), &["meanwhile", "before.txt"]).await;
    window.up_to_date().await;
    assert_eq!(window.app.state().server.status, ServerStatus::Reachable);
}

#[tokio::test]
async fn what_is_done_offline_is_shown_at_once_outlives_a_restart_and_is_sent_in_order() {
    let stand = Stand::start().await;
    let (report, old) = (stand.file(None, "report.txt").await, stand.file(None, "old.txt").await);
    let window = offline(&stand).await;
    let year = window.app.create_folder(None, "2026").await.unwrap();
    let month = window.app.create_folder(Some(year.id), "November").await.unwrap();
    window.app.move_to(vec![report.id], Some(month.id)).await.unwrap();
    window.rename(report.id, "final.txt").await.unwrap();
    window.describe(report.id, "The last one").await.unwrap();
    window.tag(report.id, vec!["work".into()]).await.unwrap();
    window.app.trash(vec![old.id]).await.unwrap();
    window.app.restore(vec![old.id]).await.unwrap();
    window.app.trash(vec![old.id]).await.unwrap();
    let link = window.app.copy_public_link(report.id).await.unwrap();

    let as_it_is_shown = async |window: &Window| {
        assert_eq!(window.names(top()).await, ["2026"]);
        assert_eq!(window.names(inside(month.id)).await, ["final.txt"]);
        assert_eq!(window.names(search("tag:work last")).await, ["final.txt"]);
        assert_eq!(window.names(ViewSource::Trash).await, ["old.txt"]);
        assert_eq!(window.names(ViewSource::SharedLinks).await, ["final.txt"]);
    };
    as_it_is_shown(&window).await;
    assert!(window.rows(inside(month.id)).await[0].waiting);
    assert_eq!(window.app.state().edits, EditCounts { waiting: 10, conflicts: 0 });

    window.app.shut_down().await;
    let window = Window::open(&stand, "a").await;
    window.until_state("what waits", |state| state.edits.waiting == 10).await;
    as_it_is_shown(&window).await;

    stand.go_online();
    sent(&window).await;
    as_it_is_shown(&window).await;
    assert!(!window.rows(inside(month.id)).await[0].waiting);
    let there = stand.node(report.id).await;
    assert_eq!(
        (there.name.as_str(), there.parent, &*there.tags),
        ("final.txt", Some(month.id), &["work".to_owned()][..])
    );
    assert!(stand.node(old.id).await.trashed_at.is_some());
    assert_eq!(stand.link(report.id).await.slug, link.slug, "the link is the one that was copied");
    assert!(stand.open_page(&link).await.is_success());
    let other = Window::open(&stand, "b").await;
    other.up_to_date().await;
    as_it_is_shown(&other).await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_at_once() {
    let stand = Stand::start().await;
    let (file, outer) = (stand.file(None, "a.txt").await, stand.folder(None, "outer").await);
    let inner = stand.folder(Some(outer.id), "inner").await;
    stand.file(None, "b.txt").await;
    let window = offline(&stand).await;
    let code = async |refused: Result<(), notespot_app::AppError>| refused.unwrap_err().code();
    assert_eq!(code(window.rename(file.id, "b.txt").await.map(drop)).await, ErrorCode::NameTaken);
    assert_eq!(
        code(window.app.move_to(vec![outer.id], Some(inner.id)).await.map(drop)).await,
        ErrorCode::BadRequest
    );
    assert_eq!(
        code(window.app.move_to(vec![outer.id], Some(file.id)).await.map(drop)).await,
        ErrorCode::NotFound
    );
    assert_eq!(code(window.app.trash(vec![NodeId::generate()]).await).await, ErrorCode::NotFound);
    assert_eq!(code(window.app.copy_public_link(outer.id).await.map(drop)).await, ErrorCode::WrongKind);
    assert_eq!(window.app.state().edits, EditCounts::default());
    // A name that is free again is free here too.
    window.rename(file.id, "c.txt").await.unwrap();
    window.app.create_folder(None, "a.txt").await.unwrap();
    assert_eq!(window.app.create_folder(None, "a.txt").await.unwrap().name.as_str(), "a (2).txt");
}

#[tokio::test]
async fn what_was_renamed_on_both_sides_is_asked_about() {
    for (choice, expected) in [(ConflictChoice::Mine, "mine.txt"), (ConflictChoice::Theirs, "theirs.txt")] {
        let stand = Stand::start().await;
        let file = stand.file(None, "a.txt").await;
        let window = offline(&stand).await;
        window.rename(file.id, "mine.txt").await.unwrap();
        window.describe(file.id, "still sent").await.unwrap();
        stand.rename(file.id, "theirs.txt").await;
        stand.go_online();
        let conflict = only_conflict(&window).await;
        assert_eq!(conflict.why, ConflictWhy::ChangedThere);
        let sides = (conflict.mine.as_deref(), conflict.theirs.as_deref());
        assert_eq!(sides, (Some("mine.txt"), Some("theirs.txt")));
        assert_eq!(window.names(top()).await, ["mine.txt"], "it is shown as it was done");
        resolve(&window, &conflict, choice).await;
        window.until_names(top(), &[expected]).await;
        let there = stand.node(file.id).await;
        assert_eq!((there.name.as_str(), &*there.description), (expected, "still sent"));
    }
}

#[tokio::test]
async fn different_changes_of_one_file_are_both_kept_unasked() {
    let stand = Stand::start().await;
    let file = stand.file(None, "a.txt").await;
    let window = offline(&stand).await;
    window.rename(file.id, "mine.txt").await.unwrap();
    let description = Some("theirs".to_owned());
    stand.edit(file.id, NodePatch { description, ..NodePatch::default() }).await;
    stand.go_online();
    sent(&window).await;
    let there = stand.node(file.id).await;
    assert_eq!((there.name.as_str(), &*there.description), ("mine.txt", "theirs"));
    assert_eq!(window.app.state().edits, EditCounts::default());
}

#[tokio::test]
async fn what_was_trashed_there_and_edited_here_is_asked_about() {
    for (choice, lives) in [(ConflictChoice::Mine, true), (ConflictChoice::Theirs, false)] {
        let stand = Stand::start().await;
        let file = stand.file(None, "a.txt").await;
        let window = offline(&stand).await;
        window.rename(file.id, "mine.txt").await.unwrap();
        stand.trash(file.id).await;
        stand.go_online();
        let conflict = only_conflict(&window).await;
        assert_eq!(conflict.why, ConflictWhy::TrashedThere);
        resolve(&window, &conflict, choice).await;
        let there = stand.node(file.id).await;
        let expected = if lives { ("mine.txt", true) } else { ("a.txt", false) };
        assert_eq!((there.name.as_str(), there.trashed_at.is_none()), expected);
        window.until_names(top(), if lives { &["mine.txt"] } else { &[] }).await;
    }
}

#[tokio::test]
async fn what_was_deleted_for_ever_there_is_told_and_forgotten() {
    let stand = Stand::start().await;
    let (file, gone) = (stand.file(None, "a.txt").await, stand.file(None, "b.txt").await);
    let window = offline(&stand).await;
    window.describe(file.id, "mine").await.unwrap();
    window.app.trash(vec![gone.id]).await.unwrap();
    stand.delete(file.id).await;
    stand.delete(gone.id).await;
    stand.go_online();
    let conflict = only_conflict(&window).await;
    assert_eq!((conflict.why, &*conflict.name), (ConflictWhy::DeletedThere, "a.txt"));
    assert_eq!(conflict.mine.as_deref(), Some("mine"), "what was written can be copied from there");
    resolve(&window, &conflict, ConflictChoice::Theirs).await;
    assert!(window.names(top()).await.is_empty());
}

#[tokio::test]
async fn what_was_changed_there_is_not_trashed_unseen() {
    for (choice, lives) in [(ConflictChoice::Mine, false), (ConflictChoice::Theirs, true)] {
        let stand = Stand::start().await;
        let file = stand.file(None, "a.txt").await;
        let window = offline(&stand).await;
        window.app.trash(vec![file.id]).await.unwrap();
        stand.rename(file.id, "better.txt").await;
        stand.go_online();
        let conflict = only_conflict(&window).await;
        assert_eq!((conflict.why, &*conflict.name), (ConflictWhy::ChangedThere, "better.txt"));
        resolve(&window, &conflict, choice).await;
        assert_eq!(stand.node(file.id).await.trashed_at.is_none(), lives);
    }
}

#[tokio::test]
async fn a_name_that_was_taken_meanwhile_and_a_place_that_is_gone_are_asked_about() {
    let stand = Stand::start().await;
    let (file, other) = (stand.file(None, "a.txt").await, stand.file(None, "b.txt").await);
    let place = stand.folder(None, "place").await;
    let window = offline(&stand).await;
    window.rename(file.id, "wanted.txt").await.unwrap();
    window.app.move_to(vec![other.id], Some(place.id)).await.unwrap();
    stand.folder(None, "wanted.txt").await;
    stand.trash(place.id).await;
    stand.go_online();
    window.until_state("two conflicts", |state| state.edits.conflicts == 2).await;
    let conflicts = window.app.conflicts().await.unwrap();
    assert_eq!((conflicts[0].why, conflicts[1].why), (ConflictWhy::NameTaken, ConflictWhy::PlaceGone));
    window.app.resolve(conflicts[0].id, ConflictChoice::KeepBoth).await.unwrap();
    resolve(&window, &conflicts[1], ConflictChoice::Mine).await;
    assert_eq!(stand.node(file.id).await.name.as_str(), "wanted (2).txt");
    assert_eq!(stand.node(other.id).await.parent, None);
}

#[tokio::test]
async fn a_conflict_holds_up_no_other_file() {
    let stand = Stand::start().await;
    let (first, second) = (stand.file(None, "a.txt").await, stand.file(None, "b.txt").await);
    let window = offline(&stand).await;
    window.rename(first.id, "mine.txt").await.unwrap();
    window.rename(second.id, "sent.txt").await.unwrap();
    stand.rename(first.id, "theirs.txt").await;
    stand.go_online();
    only_conflict(&window).await;
    sent(&window).await;
    assert_eq!(stand.node(second.id).await.name.as_str(), "sent.txt");
}

#[tokio::test]
async fn a_check_by_hand_does_not_wait_for_the_next_try() {
    let stand = Stand::start().await;
    let window = offline(&stand).await;
    assert_eq!(window.app.check_server().await.unwrap_err().code(), ErrorCode::ServerUnreachable);
    stand.go_online();
    window.app.check_server().await.unwrap();
    window.up_to_date().await;
}

#[tokio::test]
async fn another_server_is_another_list() {
    let mut here = Stand::start().await;
    let there = here.twin().await;
    here.file(None, "here.txt").await;
    there.file(None, "there.txt").await;
    let window = Window::open(&here, "a").await;
    window.until_names(top(), &["here.txt"]).await;
    window.app.use_server(there.server.base_url().as_str()).await.unwrap();
    window.until_names(top(), &["there.txt"]).await;
    assert_eq!(format!("{}/", window.app.state().server.url), there.server.base_url().as_str());
    let refused = window.app.use_server("ftp://example.org").await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::BadRequest);
}

#[tokio::test]
async fn what_is_uploaded_offline_into_a_folder_that_was_made_offline_arrives_there() {
    let stand = Stand::start().await;
    let window = offline(&stand).await;
    let folder = window.app.create_folder(None, "made offline").await.unwrap();
    let file = stand.folder.path().join("report.txt");
    std::fs::write(&file, b"abc").unwrap();
    let tree = stand.folder.path().join("tree");
    std::fs::create_dir_all(tree.join("empty")).unwrap();
    std::fs::write(tree.join("deep.txt"), b"abc").unwrap();
    let uploading = window.app.clone();
    let both =
        tokio::spawn(async move { uploading.upload_files(vec![file, tree], Some(folder.id), false).await });
    stand.go_online();
    both.await.unwrap().unwrap();
    window.until_names(inside(folder.id), &["tree", "report.txt"]).await;
    let tree = window.rows(inside(folder.id)).await[0].id;
    window.until_names(inside(tree), &["empty", "deep.txt"]).await;
}

#[tokio::test]
async fn a_folder_whose_place_is_gone_goes_to_the_top_with_all_that_was_done_to_it() {
    let stand = Stand::start().await;
    let (place, file) = (stand.folder(None, "place").await, stand.file(None, "a.txt").await);
    let window = offline(&stand).await;
    let made = window.app.create_folder(Some(place.id), "made").await.unwrap();
    window.rename(made.id, "renamed").await.unwrap();
    window.app.move_to(vec![file.id], Some(made.id)).await.unwrap();
    stand.trash(place.id).await;
    stand.go_online();
    let conflict = only_conflict(&window).await;
    assert_eq!((conflict.why, &*conflict.name), (ConflictWhy::PlaceGone, "made"));
    resolve(&window, &conflict, ConflictChoice::Mine).await;
    let there = stand.node(made.id).await;
    assert_eq!((there.name.as_str(), there.parent), ("renamed", None));
    assert_eq!(stand.node(file.id).await.parent, Some(made.id));
}

#[tokio::test]
async fn a_folder_that_is_given_up_takes_what_was_done_to_it_along() {
    let stand = Stand::start().await;
    let place = stand.folder(None, "place").await;
    let window = offline(&stand).await;
    let made = window.app.create_folder(Some(place.id), "made").await.unwrap();
    window.rename(made.id, "renamed").await.unwrap();
    stand.delete(place.id).await;
    stand.go_online();
    let conflict = only_conflict(&window).await;
    resolve(&window, &conflict, ConflictChoice::Theirs).await;
    assert!(window.names(top()).await.is_empty());
}

#[tokio::test]
async fn nobody_is_asked_about_a_name_that_the_server_numbered() {
    let stand = Stand::start().await;
    let window = offline(&stand).await;
    let made = window.app.create_folder(None, "New folder").await.unwrap();
    window.rename(made.id, "Reports").await.unwrap();
    stand.folder(None, "New folder").await;
    stand.go_online();
    sent(&window).await;
    assert_eq!(window.app.state().edits, EditCounts::default());
    window.until_names(top(), &["New folder", "Reports"]).await;
}

#[tokio::test]
async fn what_is_restored_for_an_edit_keeps_all_edits_in_their_order() {
    let stand = Stand::start().await;
    let file = stand.file(None, "a.txt").await;
    let window = offline(&stand).await;
    window.rename(file.id, "b.txt").await.unwrap();
    window.rename(file.id, "c.txt").await.unwrap();
    stand.trash(file.id).await;
    stand.go_online();
    let conflict = only_conflict(&window).await;
    assert_eq!(conflict.why, ConflictWhy::TrashedThere);
    resolve(&window, &conflict, ConflictChoice::Mine).await;
    let there = stand.node(file.id).await;
    assert_eq!((there.name.as_str(), there.trashed_at), ("c.txt", None));
}

#[tokio::test]
async fn what_was_renamed_here_and_changed_there_is_not_trashed_unseen() {
    let stand = Stand::start().await;
    let file = stand.file(None, "a.txt").await;
    let window = offline(&stand).await;
    window.rename(file.id, "mine.txt").await.unwrap();
    window.app.trash(vec![file.id]).await.unwrap();
    let description = Some("important".to_owned());
    stand.edit(file.id, NodePatch { description, ..NodePatch::default() }).await;
    stand.go_online();
    assert_eq!(only_conflict(&window).await.why, ConflictWhy::ChangedThere);
    assert_eq!(stand.node(file.id).await.trashed_at, None);
}
