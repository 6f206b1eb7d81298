//! The retries that all files have together, through the engine.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join_all};
use notespot_transfer::{Engine, Existing, SaveTo, Settings, TransferError, Wire, WireError};
use reqwest::{Request, Response};
use tower::ServiceExt as _;

use super::control::Stand;
use super::store::Store;

const FILES: usize = 300;
const RETRIES: u32 = 20;

/// The store by function call, which can be reached every so many times.
#[derive(Debug)]
struct Flaky {
    store: Router,
    /// 0 for never.
    works_every: usize,
    sent: AtomicUsize,
}

impl Flaky {
    async fn carry(&self, request: Request) -> Result<Response, WireError> {
        let sent = self.sent.fetch_add(1, Ordering::Relaxed) + 1;
        if self.works_every == 0 || !sent.is_multiple_of(self.works_every) {
            return Err(io::Error::from(io::ErrorKind::ConnectionReset).into());
        }
        let (head, body) = http::Request::try_from(request)?.into_parts();
        let answer = self.store.clone().oneshot(http::Request::from_parts(head, Body::new(body))).await?;
        let (head, body) = answer.into_parts();
        let body = reqwest::Body::wrap_stream(body.into_data_stream());
        Ok(http::Response::from_parts(head, body).into())
    }
}

impl Wire for Flaky {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, WireError>> {
        self.carry(request).boxed()
    }
}

fn stand(works_every: usize, retries: u32) -> (Stand, Arc<Flaky>) {
    let store = Arc::new(Store::default());
    let wire = Arc::new(Flaky { store: store.router(), works_every, sent: AtomicUsize::new(0) });
    let pause = Duration::from_millis(1);
    let settings = Settings { retries, first_pause: pause, longest_pause: pause, ..Settings::default() };
    (Stand::over(store, Engine::over(wire.clone(), settings)), wire)
}

fn is_unreachable<T>(outcome: &Result<T, TransferError>) -> bool {
    matches!(outcome, Err(TransferError::StoreUnreachable { .. }))
}

fn to(stand: &Stand, number: usize) -> SaveTo {
    SaveTo::File(stand.path(&format!("{number}.txt")))
}

#[tokio::test]
async fn a_store_that_is_down_is_asked_once_for_each_upload_and_so_often_for_all_of_them() {
    let (stand, wire) = stand(0, RETRIES);
    let path = stand.file("note.txt", b"hello");
    let uploaded = join_all((0..FILES).map(|_| stand.upload(&path))).await;
    assert!(uploaded.iter().all(is_unreachable));
    assert_eq!(wire.sent.load(Ordering::Relaxed), FILES + RETRIES as usize);
}

#[tokio::test]
async fn a_store_that_is_down_is_asked_once_for_each_download_and_so_often_for_all_of_them() {
    let (stand, wire) = stand(0, RETRIES);
    stand.offer(b"hello");
    let targets: Vec<_> = (0..FILES).map(|number| to(&stand, number)).collect();
    let saved = join_all(targets.iter().map(|target| stand.download(target, Existing::Fail))).await;
    assert!(saved.iter().all(is_unreachable));
    assert_eq!(wire.sent.load(Ordering::Relaxed), FILES + RETRIES as usize);
}

#[tokio::test]
async fn a_store_that_works_every_other_time_is_asked_again_for_any_number_of_files() {
    let (stand, wire) = stand(2, 1);
    stand.offer(b"hello");
    let path = stand.file("note.txt", b"hello");
    for number in 0..30 {
        stand.upload(&path).await.unwrap();
        stand.download(&to(&stand, number), Existing::Fail).await.unwrap();
    }
    assert_eq!(wire.sent.load(Ordering::Relaxed), 2 * 60);
}
