//! Limits that hold, and connections that are too slow, on a clock that only tests have; and one run on
//! real sockets.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http;
use futures_util::future::{BoxFuture, join, try_join_all};
use futures_util::{FutureExt as _, StreamExt as _, stream};
use notespot_protocol::ByteCount;
use notespot_testkit::content;
use notespot_transfer::{CancellationToken, Engine, Existing, SaveTo, Settings, Wire, WireError};
use reqwest::{Request, Response};
use tokio::time::Instant;
use tower::ServiceExt as _;

use super::control::{MIB, Stand};
use super::store::{Store, locked};

const LIMIT: u64 = 1_000_000;

/// The store by function call; the bytes of the first exchanges trickle, one a second.
#[derive(Debug)]
struct ByCall {
    store: Router,
    trickle: AtomicUsize,
}

impl ByCall {
    fn takes_its_time(&self) -> bool {
        self.trickle.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }

    async fn carry(&self, request: Request) -> Result<Response, WireError> {
        let slow = self.takes_its_time();
        let (head, body) = http::Request::try_from(request)?.into_parts();
        let body = Body::new(body).into_data_stream();
        let body = if slow { Body::from_stream(trickling(body)) } else { Body::from_stream(body) };
        let answer = self.store.clone().oneshot(http::Request::from_parts(head, body)).await?;
        let (head, body) = answer.into_parts();
        let body = body.into_data_stream();
        let body =
            if slow { reqwest::Body::wrap_stream(trickling(body)) } else { reqwest::Body::wrap_stream(body) };
        Ok(http::Response::from_parts(head, body).into())
    }
}

impl Wire for ByCall {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, WireError>> {
        self.carry(request).boxed()
    }
}

/// A byte a second of the first piece: alive, and of no use.
fn trickling(
    body: impl stream::Stream<Item = Result<Bytes, axum::Error>> + Send + 'static,
) -> impl stream::Stream<Item = Result<Bytes, axum::Error>> + Send {
    body.flat_map(|piece| {
        let bytes: Vec<u8> = piece.map(|piece| piece.to_vec()).unwrap_or_default();
        stream::iter(bytes).then(|byte| async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok(Bytes::from(vec![byte]))
        })
    })
    .boxed()
}

fn stand(settings: Settings, trickle: usize) -> Stand {
    let store = Arc::new(Store::default());
    let wire = ByCall { store: store.router(), trickle: AtomicUsize::new(trickle) };
    Stand::over(store, Engine::over(Arc::new(wire), settings))
}

fn limited() -> Settings {
    Settings { limit_up: Some(ByteCount(LIMIT)), limit_down: Some(ByteCount(LIMIT)), ..Settings::default() }
}

fn assert_ten_seconds(took: Duration) {
    assert!((9.5..=10.5).contains(&took.as_secs_f64()), "ten seconds' worth took {took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_limit_holds_for_many_small_uploads_together() {
    let stand = stand(limited(), 0);
    let paths: Vec<_> = (0..500_u64)
        .map(|number| {
            let size = usize::try_from(1_000 + number * 76).unwrap();
            stand.file(&format!("{number}.txt"), &content(number, size))
        })
        .collect();
    let total: u64 = paths.iter().map(|path| path.metadata().unwrap().len()).sum();
    let begun = Instant::now();
    try_join_all(paths.iter().map(|path| stand.upload(path))).await.unwrap();
    #[expect(clippy::cast_precision_loss, reason = "a ratio")]
    assert_ten_seconds(begun.elapsed().mul_f64(10.0 * LIMIT as f64 / total as f64));
}

#[tokio::test(start_paused = true)]
async fn a_limit_holds_for_many_small_downloads_together() {
    let stand = stand(limited(), 0);
    stand.offer(&content(1, 100_000));
    let begun = Instant::now();
    let downloads = (0..100).map(|number| {
        let to = SaveTo::File(stand.path(&format!("{number}.pdf")));
        let stand = &stand;
        async move { stand.download(&to, Existing::Fail).await }
    });
    try_join_all(downloads).await.unwrap();
    assert_ten_seconds(begun.elapsed());
}

/// The same time for both, so that neither may have taken the other's limit, or of it.
#[tokio::test(start_paused = true)]
async fn each_direction_has_a_limit_of_its_own_while_both_move() {
    let (up, down) = (Some(ByteCount(LIMIT)), Some(ByteCount(2 * LIMIT)));
    let stand = stand(Settings { limit_up: up, limit_down: down, ..Settings::default() }, 0);
    stand.offer(&content(3, 20_000_000));
    let path = stand.file("film.mkv", &content(4, 10_000_000));
    let begun = Instant::now();
    let upload = async {
        stand.upload(&path).await.unwrap();
        begun.elapsed()
    };
    // To a stream: the threads of a file on a disk would hold this clock.
    let (node, never) = (stand.offered(&stand.here(), Existing::Fail).node, CancellationToken::new());
    let mut taken = Vec::new();
    let download = async {
        let reading = stand.engine.read_file(&stand, node, &mut taken, &stand.progress, &never);
        Box::pin(reading).await.unwrap();
        begun.elapsed()
    };
    let (up, down) = join(upload, download).await;
    assert_ten_seconds(up);
    assert_ten_seconds(down);
}

#[tokio::test]
async fn limits_hold_for_large_files_on_real_sockets() {
    const RATE: u64 = 8 * MIB as u64;
    let (limit_up, limit_down) = (Some(ByteCount(RATE)), Some(ByteCount(2 * RATE)));
    let settings = Settings { limit_up, limit_down, ..Settings::default() };
    let stand = Stand::with(Store::default().start().await, settings);
    stand.offer(&content(1, 48 * MIB));
    let (path, here) = (stand.file("film.mkv", &content(2, 24 * MIB)), stand.here());
    let begun = Instant::now();
    let upload = async {
        stand.upload(&path).await.unwrap();
        begun.elapsed()
    };
    let download = async {
        stand.download(&here, Existing::Fail).await.unwrap();
        begun.elapsed()
    };
    let (up, down) = Box::pin(join(upload, download)).await;
    for took in [up, down] {
        // Never quicker than the limit. How much slower is the machine's business, within reason.
        assert!((2.85..=9.0).contains(&took.as_secs_f64()), "three seconds' worth took {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_trickles_is_replaced_after_twenty_seconds() {
    let stand = stand(Settings::default(), 1);
    let begun = Instant::now();
    let bytes = content(2, MIB / 2);
    stand.upload(&stand.file("note.bin", &bytes)).await.unwrap();
    assert!(stand.last() == bytes);
    assert_replaced(begun.elapsed());

    let stand = self::stand(Settings::default(), 1);
    stand.offer(&bytes);
    let begun = Instant::now();
    stand.download(&stand.here(), Existing::Fail).await.unwrap();
    assert!(std::fs::read(stand.path("report.pdf")).unwrap() == bytes);
    assert_replaced(begun.elapsed());
    let gets = locked(&stand.store.log).gets.clone();
    assert!(gets.len() == 2 && gets[1].is_some(), "it goes on where it was: {gets:?}");
}

fn assert_replaced(took: Duration) {
    assert!((20..=42).contains(&took.as_secs()), "{took:?}");
}
