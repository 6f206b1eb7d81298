//! Uploads while the network or the store fails.

use std::time::{Duration, Instant};

use notespot_protocol::{ByteCount, ClientRef, ErrorCode};
use notespot_testkit::{Direction, Fault, FaultKind, content};
use notespot_transfer::{CancellationToken, Engine, Settings, TransferError};
use tokio::time::timeout;

use super::control::{MIB, Stand, impatient};
use super::store::{Refusal, Store, locked};

const BOUND: Duration = Duration::from_secs(30);

fn on_the_way_up(after_bytes: usize, kind: FaultKind) -> Fault {
    Fault { direction: Direction::ToServer, after_bytes: after_bytes as u64, kind }
}

#[tokio::test]
async fn dropped_connections_cost_only_the_part_that_they_carried() {
    let (stand, proxy) = Stand::behind_proxy().await;
    for at in [MIB / 2, 11 * MIB, 25 * MIB] {
        proxy.inject(on_the_way_up(at, FaultKind::Drop));
    }
    let bytes = content(3, 30 * MIB);
    let node = stand.upload(&stand.file("large.bin", &bytes)).await.unwrap();
    proxy.struck(3, BOUND).await.unwrap();
    assert!(stand.last() == bytes);
    assert_eq!(stand.progress.done(), ByteCount(30 * MIB as u64), "what was sent twice counts once");
    assert_eq!(node.content.unwrap().size, stand.progress.done());
    assert_eq!(locked(&stand.store.log).puts, 4, "each part was completed once");
}

#[tokio::test]
async fn a_connection_that_falls_silent_is_replaced() {
    let (stand, proxy) = Stand::behind_proxy().await;
    proxy.inject(on_the_way_up(3 * MIB, FaultKind::Stall));
    let bytes = content(4, 20 * MIB);
    timeout(BOUND, stand.upload(&stand.file("large.bin", &bytes))).await.unwrap().unwrap();
    proxy.struck(1, BOUND).await.unwrap();
    assert!(stand.last() == bytes);
}

#[tokio::test]
async fn an_answer_that_never_comes_is_not_waited_for_for_ever() {
    let (mut stand, proxy) = Stand::behind_proxy().await;
    let settings = Settings { answer_timeout: Duration::from_millis(500), ..impatient() };
    stand.engine = Engine::new(settings).unwrap();
    proxy.inject(Fault { direction: Direction::ToClient, after_bytes: 0, kind: FaultKind::Stall });
    timeout(BOUND, stand.upload(&stand.file("note.txt", b"hello"))).await.unwrap().unwrap();
    assert_eq!(stand.last(), &b"hello"[..]);
    assert_eq!(locked(&stand.store.log).puts, 2);
}

#[tokio::test]
async fn a_busy_store_is_asked_again_when_it_wants_to_be() {
    let stand = Stand::start().await;
    locked(&stand.store.refuse).extend([Refusal::Busy, Refusal::Busy]);
    let begun = Instant::now();
    stand.upload(&stand.file("note.txt", b"hello")).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(2), "Retry-After said one second, twice");
    assert_eq!(stand.last(), &b"hello"[..]);
}

#[tokio::test]
async fn an_expired_request_is_made_again() {
    let stand = std::sync::Arc::new(Stand::start().await);
    let store = stand.store.clone();
    *locked(&stand.after_plan) = Some(Box::new(move || store.expire()));
    stand.upload(&stand.file("note.txt", b"hello")).await.unwrap();
    assert_eq!(stand.last(), &b"hello"[..]);
    assert_eq!(locked(&stand.calls).presigned, 1);
}

#[tokio::test]
async fn a_store_that_accepts_no_request_ends_the_upload() {
    let stand = Stand::start().await;
    locked(&stand.store.refuse).extend([Refusal::Forbidden; 10]);
    let error = stand.upload(&stand.file("note.txt", b"hello")).await.unwrap_err();
    assert!(matches!(error, TransferError::StoreRefused { status: 403, .. }), "{error:?}");
    assert_eq!(locked(&stand.calls).presigned, 1, "it was signed again, once");
    assert_eq!(locked(&stand.calls).aborted, 1);
}

#[tokio::test]
async fn other_refusals_are_not_tried_again() {
    let stand = Stand::start().await;
    locked(&stand.store.refuse).push_back(Refusal::NoSuchUpload);
    let error = stand.upload(&stand.file("note.txt", b"hello")).await.unwrap_err();
    assert!(
        matches!(&error, TransferError::StoreRefused { status: 404, code: Some(code) } if code == "NoSuchUpload"),
        "{error:?}"
    );
    assert!(locked(&stand.published).is_empty());
}

#[tokio::test]
async fn a_byte_that_the_network_turned_over_is_noticed_by_the_store() {
    let (stand, proxy) = Stand::behind_proxy().await;
    proxy.inject(on_the_way_up(2 * MIB, FaultKind::Corrupt));
    let bytes = content(5, 4 * MIB);
    stand.upload(&stand.file("note.bin", &bytes)).await.unwrap();
    proxy.struck(1, BOUND).await.unwrap();
    assert!(stand.last() == bytes);
    assert_eq!(locked(&stand.published).len(), 1);
    assert_eq!(stand.progress.done(), ByteCount(4 * MIB as u64));
}

#[tokio::test]
async fn without_a_network_the_upload_ends_and_can_be_taken_up_again() {
    let (stand, proxy) = Stand::behind_proxy().await;
    proxy.go_offline();
    let (path, client_ref) = (stand.file("note.txt", b"hello"), ClientRef::generate());
    let error = stand.upload_as(&path, client_ref, &CancellationToken::new()).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::ServerUnreachable);
    assert_eq!(locked(&stand.calls).aborted, 0);
    proxy.go_online();
    stand.upload_as(&path, client_ref, &CancellationToken::new()).await.unwrap();
    assert_eq!(locked(&stand.published).len(), 1);
}

#[tokio::test]
async fn cancelling_ends_it_at_once_and_tells_the_server() {
    let (mut stand, proxy) = Stand::behind_proxy().await;
    stand.engine = Engine::new(Settings::default()).unwrap();
    proxy.inject(on_the_way_up(10 * MIB, FaultKind::Stall));
    let path = stand.file("large.bin", &content(6, 40 * MIB));
    let (cancel, client_ref) = (CancellationToken::new(), ClientRef::generate());
    let upload = stand.upload_as(&path, client_ref, &cancel);
    let cancelling = async {
        proxy.struck(1, BOUND).await.unwrap();
        cancel.cancel();
    };
    let (result, ()) = timeout(BOUND, Box::pin(async { tokio::join!(upload, cancelling) })).await.unwrap();
    assert_eq!(result.unwrap_err().code(), ErrorCode::Cancelled);
    assert_eq!(locked(&stand.calls).aborted, 1);
    assert!(locked(&stand.published).is_empty());

    stand.upload_as(&path, client_ref, &CancellationToken::new()).await.unwrap();
    assert_eq!(locked(&stand.published).len(), 1, "a retry takes the next reference");
}

#[tokio::test]
async fn the_memory_budget_holds_for_all_files_together() {
    let settings = Settings { memory_bytes: 2 * MIB, ..impatient() };
    let stand = Stand::with(Store::default().start().await, settings);
    let paths: Vec<_> =
        (0..6).map(|number| stand.file(&format!("{number}.bin"), &content(number, 17 * MIB))).collect();
    let uploads = futures_util::future::try_join_all(paths.iter().map(|path| stand.upload(path)));
    timeout(BOUND, uploads).await.unwrap().unwrap();
    assert!(locked(&stand.store.log).most_in_flight <= 2, "one MiB a part");
    assert_eq!(locked(&stand.published).len(), 6);
}
