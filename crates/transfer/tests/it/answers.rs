//! What the store's answers mean: which are final, which are waited out, and for how long.

use std::sync::Arc;
use std::time::Duration;

use notespot_testkit::content;
use notespot_transfer::{CancellationToken, Existing, TransferError};
use tokio::time::Instant;

use super::control::{MIB, Stand, impatient};
use super::store::{Store, locked};
use super::watched::{Instead, Watched, watched};

/// One that is sent from memory, and one that is read as it is sent; one request each.
const SIZES: [usize; 2] = [5, MIB + 1];

fn stand() -> (Stand, Arc<Watched>) {
    watched(Store::default(), Duration::ZERO, impatient())
}

fn instead(status: u16, code: &'static str) -> Instead {
    Instead { status, code, retry_after_secs: None }
}

#[tokio::test]
async fn other_refusals_end_the_one_file_at_once_and_no_other() {
    for (status, code) in [
        (400, "InvalidRequest"),
        (404, "NoSuchUpload"),
        (404, "NoSuchKey"),
        (405, "MethodNotAllowed"),
        (409, "OperationAborted"),
        (410, ""),
        (412, "PreconditionFailed"),
        (413, "EntityTooLarge"),
    ] {
        for size in SIZES {
            let (stand, way) = stand();
            let path = stand.file("film.mkv", &content(1, size));
            way.answer_next(instead(status, code));
            assert_final(&stand.upload(&path).await.unwrap_err(), status);
            assert_eq!(way.requests(), 1, "{status} {code}");
            stand.upload(&stand.file("other.mkv", b"other")).await.unwrap();
            assert_eq!((way.requests(), locked(&stand.published).len()), (2, 1));

            let (stand, way) = self::stand();
            stand.offer(&content(1, size));
            way.answer_next(instead(status, code));
            assert_final(&stand.download(&stand.here(), Existing::Fail).await.unwrap_err(), status);
            assert_eq!(way.requests(), 1, "{status} {code}");
            assert!(!stand.path("report.pdf").exists());
            stand.download(&stand.here(), Existing::Fail).await.unwrap();
            assert_eq!(way.requests(), 2);
        }
    }
}

fn assert_final(error: &TransferError, expected: u16) {
    assert!(matches!(error, TransferError::StoreRefused { status, .. } if *status == expected), "{error:?}");
}

/// S3 answers 400 to a body that came too slowly or broke off, and stores of others say `SlowDown` with
/// whatever status they like.
#[tokio::test]
async fn what_passes_is_asked_for_once_more() {
    for (status, code) in [
        (408, ""),
        (400, "RequestTimeout"),
        (400, "IncompleteBody"),
        (400, "SlowDown"),
        (429, "SlowDown"),
        (429, "TooManyRequests"),
        (500, "InternalError"),
        (502, ""),
        (503, "SlowDown"),
        (503, "ServiceUnavailable"),
        (504, ""),
    ] {
        for size in SIZES {
            let (stand, way) = stand();
            way.answer_next(instead(status, code));
            stand.upload(&stand.file("film.mkv", &content(1, size))).await.unwrap();
            assert!(stand.last() == content(1, size));
            assert_eq!(way.requests(), 2, "{status} {code}, on the way up");

            stand.offer(&content(2, size));
            way.answer_next(instead(status, code));
            let saved = stand.download(&stand.here(), Existing::KeepBoth).await.unwrap();
            assert!(std::fs::read(saved.path).unwrap() == content(2, size));
            assert_eq!(way.requests(), 4, "{status} {code}, on the way down");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_is_left_alone_for_as_long_as_it_asks() {
    let (stand, way) = stand();
    for (status, secs) in [(503, 7), (429, 30)] {
        let wish = || way.answer_next(Instead { status, code: "SlowDown", retry_after_secs: Some(secs) });
        let waited = |begun: Instant| {
            // No pause of the engine's own is as long.
            assert_eq!(begun.elapsed().as_secs(), secs, "{:?}", begun.elapsed());
        };
        wish();
        let begun = Instant::now();
        stand.upload(&stand.file("note.txt", b"hello")).await.unwrap();
        waited(begun);

        wish();
        let begun = Instant::now();
        stand.offer(b"hello");
        stand.download(&stand.here(), Existing::Replace).await.unwrap();
        waited(begun);
        std::fs::remove_file(stand.path("report.pdf")).unwrap();

        wish();
        let begun = Instant::now();
        let (node, never) = (stand.offered(&stand.here(), Existing::Fail).node, CancellationToken::new());
        let mut taken = Vec::new();
        let reading = stand.engine.read_file(&stand, node, &mut taken, &stand.progress, &never);
        Box::pin(reading).await.unwrap();
        waited(begun);
    }
}
