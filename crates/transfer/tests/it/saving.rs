//! Where downloads are put.

use std::collections::BTreeSet;
use std::fs;

use notespot_protocol::{ErrorCode, Timestamp};
use notespot_testkit::content;
use notespot_transfer::{Existing, Fate, Progress, SaveTo};

use super::control::{MIB, Stand};
use super::store::locked;

#[tokio::test]
async fn an_existing_file_is_never_replaced_unasked() {
    let stand = Stand::start().await;
    stand.offer(b"new");
    let old = stand.file("report.pdf", b"old");

    let error = stand.download(&stand.here(), Existing::Fail).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::TargetExists);
    let numbered = stand.download(&stand.here(), Existing::KeepBoth).await.unwrap().path;
    assert_eq!(numbered, stand.path("report (2).pdf"));
    let skipped = stand.download(&stand.here(), Existing::Skip).await.unwrap();
    assert_eq!((skipped.path, skipped.fate), (old.clone(), Fate::Skipped));
    assert_eq!(fs::read(&old).unwrap(), b"old");

    stand.download(&SaveTo::File(old.clone()), Existing::Replace).await.unwrap();
    assert_eq!(fs::read(&old).unwrap(), b"new");
    assert_eq!(stand.names(), ["report (2).pdf", "report.pdf"]);
}

#[tokio::test]
async fn what_is_there_already_is_not_downloaded_again() {
    let stand = Stand::start().await;
    stand.offer(b"new");
    stand.file("report.pdf", b"old");
    for (at, expected) in [Fate::Downloaded, Fate::WasThere, Fate::WasThere].into_iter().enumerate() {
        let saved = stand.download(&stand.here(), Existing::KeepBoth).await.unwrap();
        assert_eq!((saved.path, saved.fate), (stand.path("report (2).pdf"), expected), "{at}");
    }
    assert_eq!(locked(&stand.store.log).gets.len(), 1);
    fs::write(stand.path("report (2).pdf"), b"neu").unwrap();
    let saved = stand.download(&stand.here(), Existing::KeepBoth).await.unwrap();
    assert_eq!(saved.path, stand.path("report (3).pdf"), "the same length is not the same content");
}

#[tokio::test]
async fn a_file_keeps_the_time_of_its_last_change() {
    let stand = Stand::start().await;
    for size in [3, 3 * MIB] {
        stand.offer(&content(8, size));
        let saved = stand.download(&stand.here(), Existing::KeepBoth).await.unwrap();
        let modified = fs::metadata(saved.path).unwrap().modified().unwrap();
        assert_eq!(Timestamp::from(modified), Timestamp::from_millis(1_700_000_000_000));
    }
}

#[tokio::test]
async fn downloads_of_the_same_file_at_once_leave_whole_files_and_nothing_else() {
    let stand = Stand::start().await;
    stand.offer(b"new");
    let here = stand.here();
    let downloads = (0..8).map(|_| stand.download(&here, Existing::KeepBoth));
    let saved = futures_util::future::try_join_all(downloads).await.unwrap();
    let paths: BTreeSet<_> = saved.iter().map(|saved| &saved.path).collect();
    assert_eq!(stand.names().len(), paths.len(), "one file where each came after the other");
    assert!(saved.iter().all(|saved| fs::read(&saved.path).unwrap() == b"new"));
}

#[tokio::test]
async fn a_file_that_came_while_it_was_downloaded_is_kept() {
    let mut stand = Stand::start().await;
    stand.offer(b"new");
    let target = stand.path("report.pdf");
    stand.progress = Progress::told(move |_| fs::write(&target, b"old").unwrap());
    let error = stand.download(&stand.here(), Existing::Fail).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::TargetExists);
    assert_eq!(stand.names(), ["report.pdf"]);
    assert_eq!(fs::read(stand.path("report.pdf")).unwrap(), b"old");
}

#[tokio::test]
async fn the_longest_names_fit() {
    let stand = Stand::start().await;
    stand.offer(b"new");
    let name = format!("{}.pdf", "ü".repeat(125));
    let saved = stand.download(&SaveTo::File(stand.path(&name)), Existing::KeepBoth).await.unwrap();
    assert_eq!(saved.path, stand.path(&name));
    stand.file(&name, b"old");
    let numbered = stand.download(&SaveTo::File(stand.path(&name)), Existing::KeepBoth).await.unwrap();
    assert!(numbered.path.to_str().unwrap().ends_with(" (2).pdf"));
}

#[tokio::test]
async fn a_folder_that_is_not_there_and_a_folder_in_the_way_are_told() {
    let stand = Stand::start().await;
    stand.offer(b"new");
    let nowhere = SaveTo::Folder(stand.path("nowhere"));
    let error = stand.download(&nowhere, Existing::KeepBoth).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::FileAccess);
    fs::create_dir(stand.path("report.pdf")).unwrap();
    let error = stand.download(&stand.here(), Existing::Replace).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::TargetExists);
    assert_eq!(stand.names(), ["report.pdf"]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_saved_file_has_the_permissions_of_any_new_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let stand = Stand::start().await;
    stand.offer(b"new");
    let ordinary = fs::metadata(stand.file("ordinary", b"")).unwrap().permissions().mode();
    let saved = stand.download(&stand.here(), Existing::Fail).await.unwrap();
    assert_eq!(fs::metadata(saved.path).unwrap().permissions().mode(), ordinary);
}
