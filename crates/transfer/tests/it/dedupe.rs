//! Content that its owner has at the server already.

use std::fs;

use notespot_protocol::ByteCount;
use notespot_testkit::content;
use notespot_transfer::Settings;

use super::control::{MIB, Stand, impatient};
use super::store::{Store, locked};

async fn knowing() -> Stand {
    let mut stand = Stand::start().await;
    stand.knows_content = true;
    stand
}

fn puts(stand: &Stand) -> usize {
    locked(&stand.store.log).puts
}

#[tokio::test]
async fn content_that_is_there_is_proven_and_not_sent() {
    let stand = knowing().await;
    for size in [MIB + 1, 4 * MIB, 6 * MIB, 17 * MIB + 5] {
        let path = stand.file("a.bin", &content(size as u64, size));
        stand.upload(&path).await.unwrap();
        assert!(!*locked(&stand.was_there));
        let before = (puts(&stand), locked(&stand.calls).presigned);
        let copy = stand.file("b.bin", &content(size as u64, size));
        let node = stand.upload(&copy).await.unwrap();
        assert_eq!(node.name.as_str(), "b.bin");
        assert!(*locked(&stand.was_there), "{size}");
        assert_eq!((puts(&stand), locked(&stand.calls).presigned), before, "{size}");
        assert_eq!(stand.progress.done(), ByteCount(size as u64), "it counts as done");
    }
    assert_eq!(locked(&stand.calls).proven, 4);
}

#[tokio::test]
async fn a_small_file_is_sent_without_being_asked_about() {
    let stand = knowing().await;
    for name in ["a.bin", "b.bin"] {
        stand.upload(&stand.file(name, &content(1, MIB))).await.unwrap();
    }
    assert_eq!((puts(&stand), locked(&stand.calls).plans), (2, 2));
}

#[tokio::test]
async fn a_file_is_read_first_only_where_something_has_its_size() {
    let stand = knowing().await;
    for (seed, size) in [(1, 20 * MIB), (2, 20 * MIB + 1), (3, 20 * MIB)] {
        let bytes = content(seed, size);
        stand.upload(&stand.file("a.bin", &bytes)).await.unwrap();
        assert!(stand.last() == bytes);
        assert!(!*locked(&stand.was_there));
    }
    // The third was planned twice: by its size, and by its hash.
    assert_eq!((puts(&stand), locked(&stand.calls).plans), (9, 4));
    assert_eq!(locked(&stand.calls).refuted, 0);
}

#[tokio::test]
async fn a_size_that_says_nothing_is_not_asked_about_for_ever() {
    let stand = knowing().await;
    for seed in 0..12 {
        stand.upload(&stand.file("a.bin", &content(seed, 6 * MIB))).await.unwrap();
    }
    assert_eq!(locked(&stand.calls).plans, 12 + 8);
}

#[tokio::test]
async fn who_does_not_want_it_sends_everything() {
    let settings = Settings { dedupe: false, ..impatient() };
    let store = Store::default().start().await;
    let mut stand = Stand::with(store, settings);
    stand.knows_content = true;
    for size in [4 * MIB, 20 * MIB] {
        for name in ["a.bin", "b.bin"] {
            stand.upload(&stand.file(name, &content(5, size))).await.unwrap();
        }
    }
    assert_eq!((puts(&stand), locked(&stand.calls).plans), (8, 4));
}

#[tokio::test]
async fn a_file_that_changes_before_the_proof_goes_up_as_it_is_now() {
    for size in [4 * MIB, 20 * MIB] {
        let stand = knowing().await;
        let (old, new) = (content(6, size), content(7, size));
        stand.upload(&stand.file("a.bin", &old)).await.unwrap();
        let path = stand.file("b.bin", &old);
        let (changed, rewritten) = (path.clone(), new.clone());
        let mut plans = 0;
        // After it was planned with its hash.
        let at = if size > 5 * MIB { 2 } else { 1 };
        *locked(&stand.after_plan) = Some(Box::new(move || {
            plans += 1;
            if plans == at {
                fs::write(&changed, &rewritten).unwrap();
            }
        }));
        stand.upload(&path).await.unwrap();
        assert!(stand.last() == new, "{size}");
        let calls = locked(&stand.calls);
        assert_eq!((calls.proven, calls.refuted, calls.aborted), (0, 0, 1));
    }
}

#[tokio::test]
async fn a_change_that_leaves_no_trace_on_the_file_is_found_by_the_proof_or_by_the_store() {
    let stand = knowing().await;
    let (old, new) = (content(8, 20 * MIB), content(9, 20 * MIB));
    stand.upload(&stand.file("a.bin", &old)).await.unwrap();
    let path = stand.file("b.bin", &old);
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    let (changed, rewritten) = (path.clone(), new.clone());
    let mut plans = 0;
    *locked(&stand.after_plan) = Some(Box::new(move || {
        plans += 1;
        if plans == 2 {
            fs::write(&changed, &rewritten).unwrap();
            fs::File::options().write(true).open(&changed).unwrap().set_modified(modified).unwrap();
        }
    }));
    stand.upload(&path).await.unwrap();
    assert!(stand.last() == new);
    assert!(!*locked(&stand.was_there));
    let calls = locked(&stand.calls);
    assert_eq!((calls.proven, calls.refuted, calls.aborted), (0, 1, 1));
}

#[tokio::test]
async fn a_proof_that_is_refused_costs_no_second_reading() {
    let stand = knowing().await;
    let bytes = content(10, 20 * MIB);
    stand.upload(&stand.file("a.bin", &bytes)).await.unwrap();
    let path = stand.file("b.bin", &bytes);
    // The content went from the server in this moment.
    let claims = stand.claims.clone();
    *locked(&stand.before_proof) = Some(Box::new(move || locked(&claims).clear()));
    stand.upload(&path).await.unwrap();
    assert!(stand.last() == bytes && !*locked(&stand.was_there));
    assert_eq!((puts(&stand), locked(&stand.calls).aborted), (6, 0));
}
