//! The list: filled, searched, changed and kept alike on two machines.

use notespot_protocol::window::{LibraryCounts, NoticeKind, SessionState, ViewQuery, ViewSort, ViewSource};
use notespot_protocol::{ErrorCode, Order};

use super::stand::Stand;
use super::window::{Window, inside, library_file, search, top};

#[tokio::test]
async fn what_the_server_has_is_in_the_list_folders_first_and_numbers_by_value() {
    let stand = Stand::start().await;
    for name in ["Report 10.pdf", "\u{c4}pfel.txt", "report 2.pdf", "\u{1f4c8} plan.md"] {
        stand.file(None, name).await;
    }
    stand.folder(None, "Zoo").await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    let expected = ["Zoo", "\u{1f4c8} plan.md", "\u{c4}pfel.txt", "report 2.pdf", "Report 10.pdf"];
    assert_eq!(window.names(top()).await, expected);
    let state = window.app.state();
    assert_eq!(state.counts, LibraryCounts { files: 4, links: 0, trashed: 0, offline: 0 });
    let SessionState::SignedIn { me, .. } = state.session else { panic!() };
    assert_eq!((me.name.as_str(), me.used.get()), ("Ada", 12));
}

#[tokio::test]
async fn a_file_is_renamed_described_trashed_and_restored() {
    let stand = Stand::start().await;
    let file = stand.file(None, "draft.txt").await;
    stand.file(None, "taken.txt").await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;

    let refused = window.rename(file.id, "taken.txt").await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::NameTaken);
    assert_eq!(window.rename(file.id, "a/b").await.unwrap_err().code(), ErrorCode::InvalidName);
    window.rename(file.id, " \u{dc}bung 1.txt ").await.unwrap();
    window.describe(file.id, "For the Gr\u{fc}ne Woche").await.unwrap();
    // Without waiting for sync: an answer is in the list when the call returns.
    assert_eq!(window.names(top()).await, ["taken.txt", "\u{dc}bung 1.txt"]);
    assert_eq!(window.names(search("GR\u{dc}NE w")).await, ["\u{dc}bung 1.txt"]);

    window.app.trash(vec![file.id]).await.unwrap();
    assert_eq!(window.names(top()).await, ["taken.txt"]);
    assert_eq!(window.names(ViewSource::Trash).await, ["\u{dc}bung 1.txt"]);
    assert_eq!(window.app.state().counts, LibraryCounts { files: 1, links: 0, trashed: 1, offline: 0 });
    window.app.restore(vec![file.id]).await.unwrap();
    assert_eq!(window.names(top()).await, ["taken.txt", "\u{dc}bung 1.txt"]);
    let details = window.app.node_details(file.id).await.unwrap();
    assert_eq!(details.node.description, "For the Gr\u{fc}ne Woche");
}

#[tokio::test]
async fn what_lies_in_a_trashed_folder_does_not_live() {
    let stand = Stand::start().await;
    let outer = stand.folder(None, "outer").await;
    let inner = stand.folder(Some(outer.id), "inner").await;
    stand.file(Some(inner.id), "deep.txt").await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    let opened = window.rows(top()).await;
    assert_eq!(opened[0].items, Some(1));
    assert_eq!(window.names(inside(inner.id)).await, ["deep.txt"]);
    assert_eq!(window.names(search("deep")).await, ["deep.txt"]);
    window.app.trash(vec![outer.id]).await.unwrap();
    assert!(window.names(search("deep")).await.is_empty());
    assert!(window.names(ViewSource::Recent).await.is_empty());
    assert_eq!(window.names(ViewSource::Trash).await, ["outer"], "without what lies inside it");
    assert_eq!(window.app.state().counts.files, 0);
}

#[tokio::test]
async fn two_windows_on_one_account_come_to_the_same_list() {
    let stand = Stand::start().await;
    let (here, there) = (Window::open(&stand, "a").await, Window::open(&stand, "b").await);
    here.up_to_date().await;
    there.up_to_date().await;
    let folder = here.app.create_folder(None, "Reports").await.unwrap();
    there.until_names(top(), &["Reports"]).await;
    there.rename(folder.id, "Berichte").await.unwrap();
    here.until_names(top(), &["Berichte"]).await;
    here.app.trash(vec![folder.id]).await.unwrap();
    there.until_names(top(), &[]).await;
}

#[tokio::test]
async fn many_pages_fill_the_list_once() {
    let stand = Stand::start().await;
    for number in 0..1100 {
        stand.folder(None, &format!("Folder {number}")).await;
    }
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    let names = window.names(top()).await;
    assert_eq!(names.len(), 500, "one call reads 500 rows at the most");
    assert_eq!((names[2].as_str(), names[10].as_str()), ("Folder 2", "Folder 10"));
}

#[tokio::test]
async fn a_broken_library_is_moved_aside_and_filled_again() {
    let stand = Stand::start().await;
    stand.file(None, "kept.txt").await;
    let first = Window::open(&stand, "a").await;
    first.up_to_date().await;
    first.app.shut_down().await;
    let data = stand.folder.path().join("a");
    let file = library_file(&data);
    std::fs::write(&file, b"not a database any more, but somebody's bytes").unwrap();

    let next = Window::open(&stand, "a").await;
    next.until_names(top(), &["kept.txt"]).await;
    assert!(next.heard_notice(NoticeKind::LibraryRebuilt));
    let folder = std::fs::read_dir(data.join("libraries")).unwrap().map(|entry| entry.unwrap().path());
    let aside = folder.into_iter().find(|path| path.to_string_lossy().contains(".broken-")).unwrap();
    assert!(std::fs::read(aside).unwrap().starts_with(b"not a database"), "it is never deleted");
}

#[tokio::test]
async fn damage_that_is_met_while_the_app_runs_is_mended_at_once() {
    let stand = Stand::start().await;
    for number in 0..200 {
        stand.folder(None, &format!("Folder {number}")).await;
    }
    let first = Window::open(&stand, "a").await;
    first.up_to_date().await;
    first.app.shut_down().await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;

    // Only what the sync does not read: the window meets it.
    let file = library_file(&stand.folder.path().join("a"));
    let mut bytes = std::fs::read(&file).unwrap();
    let mut damaged = 0;
    for page in bytes.chunks_mut(4096).skip(1) {
        if page.windows(7).any(|part| part == b"Folder ") {
            page.fill(0xff);
            damaged += 1;
        }
    }
    assert!(damaged > 2, "{damaged}");
    std::fs::write(&file, bytes).unwrap();
    let view = ViewQuery { source: top(), sort: ViewSort::Name, order: Order::Ascending };
    let met = window.app.open_view(view).await.unwrap().id;
    let refused = window.app.view_rows(met, 0, 200).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::LibraryUnavailable);

    window
        .until("rebuilt", async |window| {
            window.heard_notice(NoticeKind::LibraryRebuilt) && window.names(top()).await.len() == 200
        })
        .await;
}
