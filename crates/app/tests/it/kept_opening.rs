//! Opening files in their programs, with a network and without.

use std::fs;
use std::path::PathBuf;

use notespot_protocol::window::{AppEvent, OpenedFile, Opening, SyncStatus, TransferLimits};
use notespot_protocol::{ByteCount, ErrorCode, Node};

use super::kept::{kept_files, until_kept};
use super::stand::Stand;
use super::window::{Window, top};

async fn go_offline(stand: &Stand, window: &Window) {
    stand.go_offline();
    window.until_state("offline", |state| state.sync.status == SyncStatus::Offline).await;
}

/// A window in which this file is kept.
async fn keeping(stand: &Stand, name: &str, content: &[u8]) -> (Window, Node) {
    let file = stand.content(None, name, content).await;
    let window = Window::open(stand, "a").await;
    window.up_to_date().await;
    window.app.keep_offline(vec![file.id], true).await.unwrap();
    until_kept(&window, 1).await;
    (window, file)
}

fn last_opened(window: &Window) -> PathBuf {
    window.heard.opened.lock().unwrap().last().unwrap().clone()
}

/// Writes where it may not, as damage does.
fn overwrite(path: &PathBuf, content: &[u8]) {
    fs::remove_file(path).unwrap();
    fs::write(path, content).unwrap();
}

#[tokio::test]
async fn a_kept_file_is_opened_without_a_network_under_its_own_name() {
    let stand = Stand::start().await;
    let (window, file) = keeping(&stand, "report.pdf", b"the report").await;
    go_offline(&stand, &window).await;
    assert_eq!(window.app.open_file(file.id).await.unwrap(), OpenedFile::Opened);
    let copy = last_opened(&window);
    assert_eq!(copy.file_name().unwrap(), "report.pdf");
    assert_eq!(fs::read(&copy).unwrap(), b"the report");
    assert!(fs::metadata(&copy).unwrap().permissions().readonly());
    // Whatever becomes of the copy, what is kept stays.
    overwrite(&copy, b"scribbled over");
    assert_eq!(window.app.open_file(file.id).await.unwrap(), OpenedFile::Opened);
    assert_eq!(fs::read(last_opened(&window)).unwrap(), b"the report");
    assert_eq!(fs::read(copy).unwrap(), b"scribbled over");
}

#[tokio::test]
async fn what_is_not_kept_is_fetched_first_and_stays_for_a_while() {
    let stand = Stand::start().await;
    let (seen, unseen) = (stand.content(None, "a.txt", b"seen").await, stand.file(None, "b.txt").await);
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    assert_eq!(window.app.open_file(seen.id).await.unwrap(), OpenedFile::Opened);
    assert_eq!(fs::read(last_opened(&window)).unwrap(), b"seen");
    go_offline(&stand, &window).await;
    assert_eq!(window.app.open_file(seen.id).await.unwrap(), OpenedFile::Opened);
    let refused = window.app.open_file(unseen.id).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::NotOffline);
    assert!(refused.to_string().contains("b.txt"), "{refused}");
    assert_eq!(window.app.state().counts.offline, 0, "that is no wish to keep it");
}

#[tokio::test]
async fn a_damaged_file_is_given_to_nobody_and_fetched_again() {
    let stand = Stand::start().await;
    let (window, file) = keeping(&stand, "a.txt", b"content").await;
    overwrite(&kept_files(&stand)[0], b"c0ntent");
    go_offline(&stand, &window).await;
    let refused = window.app.open_file(file.id).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::NotOffline);
    assert!(window.heard.opened.lock().unwrap().is_empty());
    until_kept(&window, 0).await;
    stand.go_online();
    until_kept(&window, 1).await;
    assert_eq!(window.app.open_file(file.id).await.unwrap(), OpenedFile::Opened);
    assert_eq!(fs::read(last_opened(&window)).unwrap(), b"content");
}

#[tokio::test]
async fn a_kept_file_that_was_cut_or_taken_away_is_noticed_at_the_next_start() {
    let stand = Stand::start().await;
    for damage in [true, false] {
        let (window, _) = keeping(&stand, "a.txt", b"content").await;
        window.app.shut_down().await;
        let path = &kept_files(&stand)[0];
        if damage {
            overwrite(path, b"cont");
        } else {
            fs::remove_file(path).unwrap();
        }
        let window = Window::open(&stand, "a").await;
        until_kept(&window, 1).await;
        assert_eq!(fs::read(&kept_files(&stand)[0]).unwrap(), b"content");
        window.app.shut_down().await;
    }
}

/// What is larger than a few kilobytes does not arrive in the time of a test.
async fn slow_down(window: &Window) {
    let limits = window.app.transfer_limits();
    window.app.set_transfer_limits(TransferLimits { down: Some(ByteCount(1024)), ..limits }).await.unwrap();
}

#[tokio::test]
async fn an_opening_can_be_given_up() {
    let stand = Stand::start().await;
    let file = stand.content(None, "film.mkv", &notespot_testkit::content(1, 200_000)).await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    slow_down(&window).await;
    let cancelled = async {
        let is_told = async |window: &Window| !window.heard_of(opening).is_empty();
        window.until("it is told", is_told).await;
        window.app.cancel_opening(file.id).await.unwrap();
    };
    let (opened, ()) = tokio::join!(window.app.open_file(file.id), cancelled);
    assert_eq!(opened.unwrap_err().code(), ErrorCode::Cancelled);
    assert!(window.heard_of(opening).last().unwrap().1.is_empty());
    assert!(window.heard.opened.lock().unwrap().is_empty());
}

fn opening(event: &AppEvent) -> Option<Vec<Opening>> {
    match event {
        AppEvent::OpeningChanged { opening } => Some(opening.clone()),
        _ => None,
    }
}

#[tokio::test]
async fn without_a_network_an_earlier_version_is_better_than_none() {
    let stand = Stand::start().await;
    let (window, file) = keeping(&stand, "a.txt", b"one").await;
    slow_down(&window).await;
    stand.content(None, "a.txt", &notespot_testkit::content(1, 200_000)).await;
    let knows = async |window: &Window| window.rows(top()).await[0].size == Some(ByteCount(200_000));
    window.until("the list has the new one", knows).await;
    go_offline(&stand, &window).await;
    assert_eq!(window.app.open_file(file.id).await.unwrap(), OpenedFile::OpenedEarlier);
    assert_eq!(fs::read(last_opened(&window)).unwrap(), b"one");
}

#[tokio::test]
async fn a_program_is_not_started_but_shown() {
    let stand = Stand::start().await;
    let (window, file) = keeping(&stand, "report.pdf.sh", b"#!/bin/sh").await;
    assert_eq!(window.app.open_file(file.id).await.unwrap(), OpenedFile::ShownInFolder);
    assert!(window.heard.opened.lock().unwrap().is_empty());
    let shown = window.heard.shown.lock().unwrap()[0].clone();
    assert_eq!(shown.file_name().unwrap(), "report.pdf.sh");
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(shown).unwrap().permissions());
        assert_eq!(mode & 0o333, 0, "nobody may run it");
    }
}

#[tokio::test]
async fn a_picture_that_was_seen_is_seen_without_a_network_and_nothing_else_is_one() {
    let stand = Stand::start().await;
    let png = b"\x89PNG\r\n\x1a\n and so on";
    let seen = stand.content(None, "a.png", png).await;
    let unseen = stand.content(None, "b.png", b"\x89PNG\r\n\x1a\n").await;
    let drawing = stand.content(None, "c.svg", b"<svg/>").await;
    let disguised = stand.content(None, "d.png", b"<svg/>").await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    let preview =
        async |node: &Node| window.app.preview(node.id, node.content.as_ref().unwrap().version).await;
    assert_eq!(preview(&seen).await.unwrap().media_type, "image/png");
    assert_eq!(preview(&drawing).await.unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(preview(&disguised).await.unwrap_err().code(), ErrorCode::NotFound);
    go_offline(&stand, &window).await;
    assert_eq!(preview(&seen).await.unwrap().bytes, png);
    assert_eq!(preview(&unseen).await.unwrap_err().code(), ErrorCode::NotOffline);
    let other_version = window.app.preview(seen.id, unseen.content.unwrap().version).await;
    assert_eq!(other_version.unwrap_err().code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_folder_is_not_opened_as_a_file() {
    let stand = Stand::start().await;
    let folder = stand.folder(None, "folder").await;
    let window = Window::open(&stand, "a").await;
    window.up_to_date().await;
    assert_eq!(window.app.open_file(folder.id).await.unwrap_err().code(), ErrorCode::WrongKind);
}
