//! Files that change while they are uploaded.

use std::fs::{self, File};
use std::io::Write as _;
#[cfg(unix)]
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use notespot_protocol::{ByteCount, ErrorCode};
use notespot_testkit::content;

use super::control::{Hook, MIB, Stand};
use super::store::locked;

fn append(path: &Path, text: &[u8]) {
    File::options().append(true).open(path).unwrap().write_all(text).unwrap();
}

/// Calls it once.
fn once(mut act: impl FnMut() + Send + 'static) -> Hook {
    let mut done = false;
    Box::new(move || {
        if !std::mem::replace(&mut done, true) {
            act();
        }
    })
}

#[tokio::test]
async fn a_file_rewritten_after_it_was_hashed_goes_up_as_it_is_now() {
    let stand = Stand::start().await;
    let path = stand.file("note.txt", &content(1, 2 * MIB));
    let changed = path.clone();
    *locked(&stand.after_plan) = Some(once(move || fs::write(&changed, content(2, 2 * MIB)).unwrap()));
    stand.upload(&path).await.unwrap();
    assert!(*locked(&stand.published) == [content(2, 2 * MIB)], "and no mixture, and no second file");
    assert_eq!(locked(&stand.calls).aborted, 1);
}

#[tokio::test]
async fn a_small_file_goes_up_as_it_was_when_it_was_read() {
    let stand = Stand::start().await;
    let path = stand.file("note.txt", b"first");
    let changed = path.clone();
    *locked(&stand.after_plan) = Some(once(move || fs::write(&changed, b"other").unwrap()));
    stand.upload(&path).await.unwrap();
    assert_eq!(*locked(&stand.published), [&b"first"[..]]);
}

#[tokio::test]
async fn a_file_that_grows_or_shrinks_goes_up_as_one_version() {
    for size in [30 * MIB, 3 * MIB] {
        let stand = Stand::start().await;
        let path = stand.file("large.bin", &content(7, 20 * MIB));
        let (changed, after) = (path.clone(), content(8, size));
        let rewritten = after.clone();
        *locked(&stand.after_presign) = Some(once(move || fs::write(&changed, &rewritten).unwrap()));
        stand.upload(&path).await.unwrap();
        assert!(*locked(&stand.published) == [after]);
        assert_eq!(stand.progress.done(), ByteCount(size as u64));
    }
}

#[tokio::test]
async fn parts_of_the_old_version_that_had_arrived_count_no_longer() {
    let mut stand = Stand::start().await;
    stand.part_bytes = MIB;
    let path = stand.file("large.bin", &content(11, 12 * MIB));
    let (changed, after, store) = (path.clone(), content(12, 12 * MIB), stand.store.clone());
    let rewritten = after.clone();
    let mut rewrite = once(move || fs::write(&changed, &rewritten).unwrap());
    *locked(&stand.after_presign) = Some(Box::new(move || {
        if locked(&store.log).puts > 0 {
            rewrite();
        }
    }));
    stand.upload(&path).await.unwrap();
    assert!(*locked(&stand.published) == [after]);
    assert_eq!(locked(&stand.calls).aborted, 1);
    assert_eq!(stand.progress.done(), ByteCount(12 * MIB as u64));
}

/// As through a tool that keeps times: only what nobody can set back tells.
#[cfg(unix)]
#[tokio::test]
async fn a_change_behind_a_time_that_was_set_back_makes_no_mixture() {
    let mut stand = Stand::start().await;
    stand.part_bytes = MIB;
    let before = content(13, 60 * MIB);
    let mut after = before.clone();
    for at in [0, 59 * MIB] {
        after[at] ^= 1;
    }
    let path = stand.file("large.bin", &before);
    let (changed, now, store) = (path.clone(), after.clone(), stand.store.clone());
    let mut rewrite = once(move || {
        let file = File::options().write(true).open(&changed).unwrap();
        let time = file.metadata().unwrap().modified().unwrap();
        for at in [0, 59 * MIB] {
            // One that was sent, and one that is not read yet.
            file.write_all_at(&now[at..=at], at as u64).unwrap();
        }
        file.set_modified(time).unwrap();
    });
    *locked(&stand.after_presign) = Some(Box::new(move || {
        if locked(&store.log).puts > 0 {
            rewrite();
        }
    }));
    stand.upload(&path).await.unwrap();
    assert!(*locked(&stand.published) == [after]);
    assert_eq!(locked(&stand.calls).aborted, 1);
}

#[tokio::test]
async fn a_file_that_keeps_changing_is_given_up() {
    let stand = Stand::start().await;
    let path = stand.file("log.txt", &content(9, 9 * MIB));
    let changed = path.clone();
    *locked(&stand.after_plan) = Some(Box::new(move || append(&changed, b"one more line\n")));
    let error = stand.upload(&path).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::FileChanged);
    assert!(error.to_string().contains("log.txt"));
    assert!(locked(&stand.published).is_empty());
    assert_eq!(locked(&stand.calls).aborted, 3, "nothing is left behind");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_deleted_or_replaced_meanwhile_still_goes_up_as_it_was() {
    let stand = Stand::start().await;
    let bytes = content(10, 20 * MIB);
    for replace in [false, true] {
        let path = stand.file("draft.bin", &bytes);
        let gone = path.clone();
        *locked(&stand.after_plan) = Some(once(move || {
            fs::remove_file(&gone).unwrap();
            if replace {
                fs::write(&gone, b"another file").unwrap();
            }
        }));
        stand.upload(&path).await.unwrap();
        assert!(stand.last() == bytes);
        assert_eq!(locked(&stand.calls).aborted, 0, "it was touched, and is the same");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_changes_and_vanishes_is_missing() {
    let stand = Stand::start().await;
    let path = stand.file("note.txt", &content(1, 2 * MIB));
    let gone = path.clone();
    *locked(&stand.after_plan) = Some(once(move || {
        fs::write(&gone, b"other").unwrap();
        fs::remove_file(&gone).unwrap();
    }));
    let error = stand.upload(&path).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::FileMissing);
    assert!(locked(&stand.published).is_empty());
}
