//! Downloads, on good and bad networks.

use std::time::Duration;

use notespot_protocol::{ByteCount, ErrorCode};
use notespot_testkit::{Direction, Fault, FaultKind, content};
use notespot_transfer::{CancellationToken, Engine, Existing, Settings};
use tokio::time::timeout;

use super::control::{MIB, Stand, impatient};
use super::store::{Refusal, Store, locked};

const BOUND: Duration = Duration::from_secs(30);

fn on_the_way_down(after_bytes: usize, kind: FaultKind) -> Fault {
    Fault { direction: Direction::ToClient, after_bytes: after_bytes as u64, kind }
}

#[tokio::test]
async fn the_same_bytes_arrive_under_the_file_s_name() {
    let stand = Stand::start().await;
    for bytes in [Vec::new(), b"x".to_vec(), content(1, 20 * MIB + 1)] {
        stand.offer(&bytes);
        let saved = stand.download(&stand.here(), Existing::Replace).await.unwrap();
        assert_eq!(saved.size, ByteCount(bytes.len() as u64));
        assert!(std::fs::read(&saved.path).unwrap() == bytes);
        assert_eq!(stand.names(), ["report.pdf"]);
    }
}

#[tokio::test]
async fn what_is_read_back_from_the_disk_is_what_arrived() {
    let settings = Settings { read_back: true, ..impatient() };
    let stand = Stand::with(Store::default().start().await, settings);
    for bytes in [Vec::new(), b"x".to_vec(), content(1, 20 * MIB + 1)] {
        stand.offer(&bytes);
        let saved = stand.download(&stand.here(), Existing::Replace).await.unwrap();
        assert!(std::fs::read(&saved.path).unwrap() == bytes);
        assert_eq!(stand.names(), ["report.pdf"]);
    }
}

/// The first and the last byte of each request.
fn ranges(stand: &Stand) -> Vec<(u64, u64)> {
    let gets = &locked(&stand.store.log).gets;
    let parse = |range: &Option<String>| {
        let (first, last) = range.as_deref()?.strip_prefix("bytes=")?.split_once('-')?;
        Some((first.parse().ok()?, last.parse().ok()?))
    };
    gets.iter().map(|range| parse(range).expect("a range")).collect()
}

#[tokio::test]
async fn a_large_file_comes_in_ranges_that_are_asked_for_once() {
    let stand = Stand::start().await;
    let bytes = content(2, 70 * MIB + 3);
    stand.offer(&bytes);
    let saved = stand.download(&stand.here(), Existing::Fail).await.unwrap();
    assert!(std::fs::read(saved.path).unwrap() == bytes);
    assert_eq!(stand.progress.done(), ByteCount(bytes.len() as u64));
    let mut ranges = ranges(&stand);
    ranges.sort_unstable();
    assert_eq!(ranges.len(), 18);
    assert!(ranges.windows(2).all(|pair| pair[0].1 + 1 == pair[1].0), "{ranges:?}");
    assert_eq!((ranges[0].0, ranges[17].1), (0, bytes.len() as u64 - 1));
}

#[tokio::test]
async fn a_dropped_connection_is_taken_up_where_it_broke() {
    let (stand, proxy) = Stand::behind_proxy().await;
    let bytes = content(2, 20 * MIB);
    stand.offer(&bytes);
    proxy.inject(on_the_way_down(5 * MIB, FaultKind::Drop));
    proxy.inject(on_the_way_down(12 * MIB, FaultKind::Stall));
    let here = stand.here();
    let download = stand.download(&here, Existing::Fail);
    let saved = timeout(BOUND, download).await.unwrap().unwrap();
    proxy.struck(2, BOUND).await.unwrap();
    assert!(std::fs::read(saved.path).unwrap() == bytes);
    assert_eq!(stand.progress.done(), ByteCount(20 * MIB as u64));
    let ranges = ranges(&stand);
    assert_eq!(ranges.len(), 7, "five, and two that broke: {ranges:?}");
    let begun_anew = ranges.iter().filter(|(first, _)| first % (8 * MIB as u64) == 0).count();
    assert!(begun_anew <= 4, "what had arrived was asked for again: {ranges:?}");
}

#[tokio::test]
async fn a_store_without_ranges_serves_too() {
    let store = Store::without_ranges().start().await;
    let mut stand = Stand::with(store, impatient());
    let proxy = stand.through_proxy().await;
    for size in [6 * MIB, 40 * MIB] {
        let bytes = content(3, size);
        stand.offer(&bytes);
        proxy.inject(on_the_way_down(4 * MIB, FaultKind::Drop));
        let saved = stand.download(&stand.here(), Existing::KeepBoth).await.unwrap();
        assert!(std::fs::read(saved.path).unwrap() == bytes);
    }
}

/// In one piece, and in ranges.
const SMALL_AND_LARGE: [usize; 2] = [MIB, 20 * MIB];

#[tokio::test]
async fn a_byte_that_the_way_damages_is_fetched_again() {
    for size in SMALL_AND_LARGE {
        let (stand, proxy) = Stand::behind_proxy().await;
        let bytes = content(4, size);
        stand.offer(&bytes);
        proxy.inject(on_the_way_down(size / 2, FaultKind::Corrupt));
        let saved = stand.download(&stand.here(), Existing::Fail).await.unwrap();
        proxy.struck(1, BOUND).await.unwrap();
        assert!(std::fs::read(saved.path).unwrap() == bytes);
        assert_eq!(stand.progress.done(), ByteCount(size as u64));
        assert!(locked(&stand.calls).damaged.is_empty(), "the store has what it should have");
    }
}

#[tokio::test]
async fn damage_in_the_store_saves_nothing_and_the_server_hears_of_it() {
    for size in SMALL_AND_LARGE {
        let stand = Stand::start().await;
        let mut bytes = content(4, size);
        stand.offer(&bytes);
        bytes[size / 2] ^= 1;
        locked(&stand.store.objects).insert("offer".into(), bytes.into());
        let error = stand.download(&stand.here(), Existing::Fail).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::ChecksumMismatch);
        assert!(stand.names().is_empty());
        assert_eq!(locked(&stand.calls).damaged.len(), 1);
    }
}

#[tokio::test]
async fn a_way_that_damages_everything_saves_nothing_and_the_store_is_not_blamed() {
    for size in SMALL_AND_LARGE {
        let (stand, proxy) = Stand::behind_proxy().await;
        stand.offer(&content(4, size));
        proxy.inject(on_the_way_down(size / 2, FaultKind::Corrupt));
        proxy.inject(on_the_way_down(size + size / 3, FaultKind::Corrupt));
        let error = stand.download(&stand.here(), Existing::Fail).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::ChecksumMismatch);
        assert!(stand.names().is_empty());
        assert!(locked(&stand.calls).damaged.is_empty());
    }
}

#[tokio::test]
async fn an_object_shorter_or_longer_than_promised_saves_nothing() {
    let stand = Stand::start().await;
    for kept in [content(5, MIB - 1), content(5, MIB + 1)] {
        stand.offer(&content(5, MIB));
        locked(&stand.store.objects).insert("offer".into(), kept.into());
        timeout(BOUND, stand.download(&stand.here(), Existing::Fail)).await.unwrap().unwrap_err();
        assert!(stand.names().is_empty());
    }
}

#[tokio::test]
async fn an_expired_request_is_made_again_and_a_busy_store_waited_for() {
    let stand = Stand::start().await;
    stand.offer(b"hello");
    locked(&stand.store.refuse).extend([Refusal::Forbidden, Refusal::Busy]);
    let saved = stand.download(&stand.here(), Existing::Fail).await.unwrap();
    assert_eq!(std::fs::read(saved.path).unwrap(), b"hello");
    assert_eq!(locked(&stand.calls).download_plans, 2);
}

#[tokio::test]
async fn refusals_and_silence_end_it_with_nothing_saved() {
    let (stand, proxy) = Stand::behind_proxy().await;
    stand.offer(b"hello");
    locked(&stand.store.refuse).push_back(Refusal::NoSuchUpload);
    let error = stand.download(&stand.here(), Existing::Fail).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::Internal);
    proxy.go_offline();
    let error = stand.download(&stand.here(), Existing::Fail).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::ServerUnreachable);
    assert!(stand.names().is_empty());
}

#[tokio::test]
async fn cancelling_leaves_nothing() {
    let (mut stand, proxy) = Stand::behind_proxy().await;
    stand.engine = Engine::new(Settings::default()).unwrap();
    stand.offer(&content(6, 8 * MIB));
    proxy.inject(on_the_way_down(2 * MIB, FaultKind::Stall));
    let (cancel, file) = (CancellationToken::new(), stand.offered(&stand.here(), Existing::Fail));
    let download = stand.engine.download_file(&stand, &file, &stand.progress, &cancel);
    let cancelling = async {
        proxy.struck(1, BOUND).await.unwrap();
        cancel.cancel();
    };
    let (result, ()) = timeout(BOUND, async { tokio::join!(download, cancelling) }).await.unwrap();
    assert_eq!(result.unwrap_err().code(), ErrorCode::Cancelled);
    assert!(stand.names().is_empty());
}

#[tokio::test]
async fn a_stream_goes_on_where_its_connection_broke_and_each_byte_comes_once() {
    let (stand, proxy) = Stand::behind_proxy().await;
    let bytes = content(9, 12 * MIB + 5);
    stand.offer(&bytes);
    for at in [MIB, 5 * MIB, 9 * MIB] {
        proxy.inject(on_the_way_down(at, FaultKind::Drop));
    }
    let (mut taken, never) = (Vec::new(), CancellationToken::new());
    let node = stand.offered(&stand.here(), Existing::Fail).node;
    let reading = stand.engine.read_file(&stand, node, &mut taken, &stand.progress, &never);
    timeout(BOUND, Box::pin(reading)).await.unwrap().unwrap();
    proxy.struck(3, BOUND).await.unwrap();
    assert!(taken == bytes);
    proxy.inject(on_the_way_down(MIB, FaultKind::Corrupt));
    let reading = stand.engine.read_file(&stand, node, &mut taken, &stand.progress, &never);
    assert_eq!(Box::pin(reading).await.unwrap_err().code(), ErrorCode::ChecksumMismatch);
}
