//! Thousands of transfers over a network that fails in every way, with a server and a store that do too, drawn
//! from printed seeds.
//!
//! Requests and calls travel by function call, so that a run takes milliseconds. Its time is the real one:
//! files are read and written on threads of their own, and a clock that only tests have stands still while one
//! of them works. So time-outs are a hundredth of what people get, and a fault that is waited for takes as long.
//!
//! A run that fails names its seed: `NOTESPOT_SEED=17 cargo nextest run simulated` replays it, and
//! `NOTESPOT_SEEDS=100000` runs more of them. What becomes of a request is drawn from the seed, from what is
//! asked and from how often it was asked before, so it is the same each time. The whole run is the same too,
//! as long as one thing is asked at a time, or nothing ends it early. Where parts are under way side by side,
//! it is a matter of threads how far the others are when one of them ends all; half of the seeds are interrupted
//! by the clock; and a machine that is too slow meets time-outs of its own. How long pauses are is no part of it:
//! they decide nothing but the order.

mod downloads;
mod fates;
mod faults;
mod network;
mod runs;
mod server;
mod uploads;

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use notespot_protocol::ByteCount;
use notespot_transfer::Settings;

use self::downloads::download;
use self::faults::Ask;
use self::runs::History;
use self::uploads::upload;

const SEEDS: u64 = 1500;
/// Those that are run twice.
const REPLAYED: u64 = 48;
const AT_ONCE: usize = 48;
/// Each fault strikes each kind of request at least once in so many seeds.
const STRIKES_EVERY: usize = 500;

/// All that is asked for an upload.
const OF_UPLOADS: [Ask; 7] = [
    Ask::Plan { upload: 0 },
    Ask::Presign { upload: 0, part: 1 },
    Ask::Arrived { upload: 0 },
    Ask::Prove { upload: 0 },
    Ask::Complete { upload: 0 },
    Ask::Abort { upload: 0 },
    Ask::Put { upload: 0, part: 1 },
];
/// All that is asked for a download.
const OF_DOWNLOADS: [Ask; 4] = [Ask::PlanDownload, Ask::Renew, Ask::ReportDamage, Ask::Get { end: None }];

fn hurried() -> Settings {
    Settings {
        stall_timeout: Duration::from_millis(200),
        answer_timeout: Duration::from_millis(400),
        floor: ByteCount(1),
        // A loaded machine is slower than any fault: what is slow is tried again.
        tries: 40,
        retries: 100_000,
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(20),
        ..Settings::default()
    }
}

/// So that only faults are waited for, and not the machine.
fn patient() -> Settings {
    let second = Duration::from_secs(1);
    Settings { stall_timeout: second, answer_timeout: second, ..hurried() }
}

fn seeds(count: u64) -> Range<u64> {
    match number("NOTESPOT_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..count,
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Runs all seeds, and sees that every fault struck everything that it can strike. The seeds are always the same
/// ones, so that is no matter of chance.
async fn each_seed(run: impl AsyncFn(u64, Settings) -> History, asks: &[Ask]) {
    let seeds = seeds(number("NOTESPOT_SEEDS").unwrap_or(SEEDS));
    let least = usize::try_from(seeds.end - seeds.start).unwrap() / STRIKES_EVERY;
    let runs = stream::iter(seeds).map(|seed| run(seed, hurried())).buffer_unordered(AT_ONCE);
    let mut strikes = BTreeMap::<_, usize>::new();
    let mut runs = std::pin::pin!(runs);
    while let Some(history) = runs.next().await {
        for ((ask, _), fault) in history.struck {
            *strikes.entry((ask.kind(), fault)).or_default() += 1;
        }
    }
    for ask in asks {
        for fault in ask.hindrances().iter().chain(ask.manners()) {
            let struck = strikes.get(&(ask.kind(), *fault)).copied().unwrap_or_default();
            let kind = ask.kind();
            assert!(struck >= least, "{fault:?} struck a {kind} {struck} times of {least}: {strikes:#?}");
        }
    }
}

/// Runs some seeds twice, and sees that they are the same.
async fn again(run: impl AsyncFn(u64, Settings) -> History) {
    let seeds = seeds(REPLAYED);
    let runs = seeds.clone().map(|seed| {
        let run = &run;
        async move { (seed, run(seed, patient()).await, run(seed, patient()).await) }
    });
    let mut runs = std::pin::pin!(stream::iter(runs).buffer_unordered(AT_ONCE));
    let mut exact = 0;
    while let Some((seed, first, second)) = runs.next().await {
        for (turn, fault) in &first.struck {
            assert!(second.struck.get(turn).is_none_or(|same| same == fault), "seed {seed}: {turn:?}");
        }
        if first.is_exact && second.is_exact {
            assert_eq!(first.struck, second.struck, "seed {seed}");
            exact += 1;
        }
    }
    assert!(exact >= (seeds.end - seeds.start) / 3, "{exact} of {seeds:?} were the same as a whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_network_does_an_upload_ends_as_one_file_with_the_same_bytes() {
    each_seed(upload, &OF_UPLOADS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_network_does_a_download_is_the_same_bytes_or_none() {
    each_seed(download, &OF_DOWNLOADS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_run_again_from_its_seed_meets_the_same_faults() {
    again(upload).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_is_run_again_from_its_seed_meets_the_same_faults() {
    again(download).await;
}
