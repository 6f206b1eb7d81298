//! Thousands of transfers over a network that fails in every way, drawn from printed seeds.
//!
//! Requests travel by function call, so that a run takes milliseconds; time-outs are a hundredth of
//! what people get. A run that fails names its seed: `NOTESPOT_SEED=17 cargo nextest run simulated`
//! replays it, and `NOTESPOT_SEEDS=100000` runs more of them.

mod faults;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use notespot_protocol::{ByteCount, ClientRef, ErrorCode};
use notespot_testkit::content;
use notespot_transfer::{CancellationToken, Engine, Existing, Fate, Settings};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use self::faults::Simulated;
use super::control::{MIB, Stand};
use super::store::{Store, locked};

const SEEDS: u64 = 1500;
const AT_ONCE: usize = 48;
/// One in so many is large enough for several ranges.
const LARGE_EVERY: u64 = 50;

fn hurried() -> Settings {
    Settings {
        stall_timeout: Duration::from_millis(200),
        answer_timeout: Duration::from_millis(600),
        floor: ByteCount(1),
        // A loaded machine is slower than any fault: what is slow is tried again.
        tries: 40,
        retries: 100_000,
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(20),
        ..Settings::default()
    }
}

fn stand(seed: u64) -> (Stand, Arc<Simulated>) {
    let store = Arc::new(Store::default());
    let wire = Arc::new(Simulated::new(store.router(), seed));
    let mut stand = Stand::over(store, Engine::over(wire.clone(), hurried()));
    if Path::new("/dev/shm").is_dir() {
        // A disk would be the slowest part of it.
        stand.folder = tempfile::tempdir_in("/dev/shm").unwrap();
    }
    (stand, wire)
}

fn size(seed: u64, dice: &mut StdRng) -> usize {
    match seed % LARGE_EVERY {
        0 => dice.random_range(17 * MIB..36 * MIB),
        n if n % 3 == 0 => dice.random_range(MIB..4 * MIB),
        n if n % 7 == 0 => 0,
        _ => dice.random_range(1..200_000),
    }
}

async fn upload(seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed);
    let (mut stand, wire) = stand(seed);
    stand.part_bytes = dice.random_range(MIB / 4..2 * MIB);
    let bytes = content(seed, size(seed, &mut dice));
    let path = stand.file("film.mkv", &bytes);
    let reference = ClientRef::generate();
    wire.arm(dice.random_range(0..16));
    // Whatever interrupts it, the same reference goes on.
    for _ in 0..dice.random_range(0..3) {
        let patience = Duration::from_millis(dice.random_range(0..40));
        let never = CancellationToken::new();
        let _ = tokio::time::timeout(patience, stand.upload_as(&path, reference, &never)).await;
        stand.progress = notespot_transfer::Progress::new();
    }
    let done = stand.upload_as(&path, reference, &CancellationToken::new()).await;
    let node = done.unwrap_or_else(|error| panic!("seed {seed}: {error:?} after {:?}", wire.struck()));
    let said = || format!("seed {seed} after {:?}", wire.struck());
    assert_eq!(node.content.unwrap().size, ByteCount(bytes.len() as u64), "{}", said());
    assert_eq!(stand.progress.done(), ByteCount(bytes.len() as u64), "{}", said());
    let published = locked(&stand.published);
    assert!(published.len() == 1 && published[0] == bytes, "{}", said());
}

async fn download(seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed);
    let (stand, wire) = stand(seed);
    let bytes = content(seed, size(seed, &mut dice));
    stand.offer(&bytes);
    wire.arm(dice.random_range(0..16));
    let file = stand.offered(&stand.here(), Existing::Fail);
    let said = || format!("seed {seed} after {:?}", wire.struck());
    loop {
        let cancel = CancellationToken::new();
        let download = stand.engine.download_file(&stand, &file, &stand.progress, &cancel);
        let patience = if dice.random_bool(0.3) {
            Duration::from_millis(dice.random_range(0..60))
        } else {
            Duration::MAX
        };
        match tokio::time::timeout(patience, download).await {
            Ok(Ok(saved)) => {
                // Dropped in the very moment in which it was done, and asked for again.
                assert!(matches!(saved.fate, Fate::Downloaded | Fate::WasThere), "{}", said());
                break;
            }
            // Damage is noticed, and tried again when a person asks for it.
            Ok(Err(error)) => assert_eq!(error.code(), ErrorCode::ChecksumMismatch, "{}: {error:?}", said()),
            Err(_) => {}
        }
        let left = std::fs::read(stand.path("report.pdf")).ok();
        assert!(left.is_none_or(|left| left == bytes), "{}", said());
    }
    assert!(std::fs::read(stand.path("report.pdf")).unwrap() == bytes, "{}", said());
}

async fn each_seed(run: impl AsyncFn(u64)) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("NOTESPOT_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("NOTESPOT_SEEDS").unwrap_or(SEEDS),
    };
    stream::iter(seeds).for_each_concurrent(AT_ONCE, |seed| run(seed)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_network_does_an_upload_ends_as_one_file_with_the_same_bytes() {
    each_seed(upload).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_network_does_a_download_is_the_same_bytes_or_none() {
    each_seed(download).await;
}
