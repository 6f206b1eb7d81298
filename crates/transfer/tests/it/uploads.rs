//! Uploads on a good network.

use std::path::Path;

use notespot_protocol::{ByteCount, ClientRef, ErrorCode};
use notespot_testkit::{content, sha256_of};
use notespot_transfer::{CancellationToken, Progress, Settings};

use super::control::{MIB, Stand};
use super::store::locked;

#[tokio::test]
async fn a_small_file_takes_one_plan_and_one_put() {
    let stand = Stand::start().await;
    let bytes = content(1, 700_001);
    let node = stand.upload(&stand.file("Übung 3 \u{1f4c8}.pdf", &bytes)).await.unwrap();
    assert_eq!(node.name.as_str(), "Übung 3 \u{1f4c8}.pdf");
    assert_eq!(node.content.unwrap().sha256, sha256_of(&bytes));
    assert_eq!(stand.last(), bytes);
    assert_eq!(locked(&stand.calls).presigned, 0, "its request came with the plan");
    assert_eq!(stand.progress.done(), ByteCount(700_001));
}

#[tokio::test]
async fn an_empty_file_is_a_file() {
    let stand = Stand::start().await;
    let node = stand.upload(&stand.file("empty", b"")).await.unwrap();
    assert_eq!(node.content.unwrap().size, ByteCount::ZERO);
    assert_eq!(stand.last().len(), 0);
}

#[tokio::test]
async fn a_large_file_goes_in_parts_a_few_at_once() {
    let stand = Stand::start().await;
    for size in [8 * MIB, 8 * MIB + 1, 16 * MIB, 67 * MIB + 12_345] {
        let bytes = content(size as u64, size);
        stand.upload(&stand.file("large.bin", &bytes)).await.unwrap();
        assert!(stand.last() == bytes, "{size} bytes arrived as they were");
    }
    let log = locked(&stand.store.log);
    let most = Settings::default().parts_in_flight;
    assert!((2..=most).contains(&log.most_in_flight), "{} at once", log.most_in_flight);
    assert_eq!(log.puts, 1 + 2 + 2 + 9, "and none is sent twice");
}

#[tokio::test]
async fn asking_again_for_what_was_published_sends_nothing() {
    let stand = Stand::start().await;
    let (small, large) = (stand.file("small", b"abc"), stand.file("large", &content(2, 17 * MIB)));
    for path in [small, large] {
        let client_ref = ClientRef::generate();
        stand.upload_as(&path, client_ref, &CancellationToken::new()).await.unwrap();
        let puts = locked(&stand.store.log).puts;
        stand.upload_as(&path, client_ref, &CancellationToken::new()).await.unwrap();
        assert_eq!(locked(&stand.store.log).puts, puts);
    }
    assert_eq!(locked(&stand.published).len(), 2);
}

#[tokio::test]
async fn what_cannot_be_uploaded_says_why_and_names_no_folder() {
    let stand = Stand::start().await;
    std::fs::create_dir(stand.path("album")).unwrap();
    let mut cases = vec![("album", ErrorCode::WrongKind), ("nowhere.txt", ErrorCode::FileMissing)];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(stand.path("ring"), stand.path("ring")).unwrap();
        std::os::unix::net::UnixListener::bind(stand.path("socket")).unwrap();
        cases.extend([("ring", ErrorCode::FileAccess), ("socket", ErrorCode::WrongKind)]);
    }
    for (name, code) in cases {
        let error = stand.upload(&stand.path(name)).await.unwrap_err();
        assert_eq!(error.code(), code, "{name}");
        let text = error.to_string();
        assert!(text.contains(name) && !text.contains(stand.folder.path().to_str().unwrap()), "{text}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_to_a_file_is_the_file() {
    let stand = Stand::start().await;
    let target = stand.file("target.txt", b"behind the link");
    std::os::unix::fs::symlink(target, stand.path("link.txt")).unwrap();
    let node = stand.upload(&stand.path("link.txt")).await.unwrap();
    assert_eq!(node.name.as_str(), "link.txt");
    assert_eq!(stand.last(), &b"behind the link"[..]);
}

const SOME_PARTS: usize = 8;

/// Begins an upload, and drops it when some parts have arrived; gives how many the store holds.
pub(super) async fn cut_off(stand: &Stand, path: &Path, client_ref: ClientRef) -> usize {
    stand.store.takes_at_most.send_replace(Some(SOME_PARTS));
    let some_arrived = async {
        while locked(&stand.store.log).puts < SOME_PARTS {
            tokio::task::yield_now().await;
        }
    };
    let never = CancellationToken::new();
    tokio::select! {
        _ = stand.upload_as(path, client_ref, &never) => panic!("the store takes only some"),
        () = some_arrived => {}
    }
    stand.store.takes_at_most.send_replace(None);
    // What was on its way arrives, or is seen to be cut off.
    while locked(&stand.store.log).in_flight > 0 {
        tokio::task::yield_now().await;
    }
    locked(&stand.store.objects).len()
}

#[tokio::test]
async fn an_upload_that_goes_on_sends_only_what_the_store_does_not_hold() {
    let mut stand = Stand::start().await;
    stand.part_bytes = MIB;
    let bytes = content(21, 40 * MIB);
    let path = stand.file("large.bin", &bytes);
    let client_ref = ClientRef::generate();
    let arrived = cut_off(&stand, &path, client_ref).await;
    assert!((5..40).contains(&arrived), "{arrived}");

    let before = locked(&stand.store.log).puts;
    stand.progress = Progress::new();
    stand.upload_as(&path, client_ref, &CancellationToken::new()).await.unwrap();
    assert!(stand.last() == bytes);
    // That many were on their way when it was cut off, and may have arrived since.
    let sent = locked(&stand.store.log).puts - before;
    assert!(sent <= 40 - arrived + Settings::default().parts_in_flight, "{sent} after {arrived}");
    assert_eq!(stand.progress.done(), ByteCount(40 * MIB as u64), "what had arrived counts");
    assert_eq!(locked(&stand.published).len(), 1);
}

#[tokio::test]
async fn parts_that_arrived_with_other_bytes_are_sent_again() {
    let mut stand = Stand::start().await;
    stand.part_bytes = MIB;
    let path = stand.file("large.bin", &content(22, 40 * MIB));
    let client_ref = ClientRef::generate();
    cut_off(&stand, &path, client_ref).await;
    // Of the same length, so that the plan still fits.
    let after = content(23, 40 * MIB);
    std::fs::write(&path, &after).unwrap();
    stand.upload_as(&path, client_ref, &CancellationToken::new()).await.unwrap();
    assert!(stand.last() == after);
}

/// A bucket may have a rule that ends uploads which nobody completes.
#[tokio::test]
async fn an_upload_that_the_store_has_thrown_away_begins_anew() {
    let mut stand = Stand::start().await;
    stand.part_bytes = MIB;
    let bytes = content(24, 20 * MIB);
    let path = stand.file("large.bin", &bytes);
    let client_ref = ClientRef::generate();
    cut_off(&stand, &path, client_ref).await;
    let key = locked(&stand.store.objects).keys().next().unwrap().clone();
    stand.store.throw_away(key.split('.').next().unwrap());
    stand.upload_as(&path, client_ref, &CancellationToken::new()).await.unwrap();
    assert!(stand.last() == bytes);
    assert_eq!(locked(&stand.calls).aborted, 1, "nobody asks for the old one again");
    assert_eq!(locked(&stand.published).len(), 1);
}
