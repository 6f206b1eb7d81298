//! Downloads that were interrupted, and go on.

use std::fs::{self, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use notespot_testkit::{Direction, Fault, FaultKind, FaultProxy, content};
use notespot_transfer::{Engine, Existing, Fate, Settings};
use tokio::time::timeout;

use super::control::{MIB, Stand};
use super::store::{Refusal, locked};

const BOUND: Duration = Duration::from_secs(30);
const SIZE: usize = 96 * MIB;

fn part_file(stand: &Stand) -> Option<PathBuf> {
    let hidden = stand.names().into_iter().find(|name| name.starts_with(".notespot-"));
    hidden.map(|name| stand.path(&name))
}

/// A download whose program goes away in the middle.
async fn interrupted() -> (Stand, FaultProxy, Vec<u8>) {
    let (mut stand, proxy) = Stand::behind_proxy().await;
    stand.engine = Engine::new(Settings::default()).unwrap();
    let bytes = content(1, SIZE);
    stand.offer(&bytes);
    proxy.inject(Fault {
        direction: Direction::ToClient,
        after_bytes: 80 * MIB as u64,
        kind: FaultKind::Stall,
    });
    {
        let here = stand.here();
        let download = stand.download(&here, Existing::Fail);
        tokio::pin!(download);
        tokio::select! {
            _ = &mut download => panic!("it was to be interrupted"),
            struck = proxy.struck(1, BOUND) => struck.unwrap(),
        }
    }
    // What its program sent last may reach the store late: it is not the next download's.
    stand.store.expire();
    locked(&stand.store.log).gets.clear();
    assert!(!stand.path("report.pdf").exists());
    (stand, proxy, bytes)
}

/// How many bytes were asked for.
fn asked(stand: &Stand) -> usize {
    let gets = &locked(&stand.store.log).gets;
    let length = |range: &Option<String>| {
        let Some(range) = range else { return SIZE };
        let (first, last) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
        last.parse::<usize>().unwrap() + 1 - first.parse::<usize>().unwrap()
    };
    gets.iter().map(length).sum()
}

#[tokio::test]
async fn what_has_arrived_is_not_asked_for_again() {
    let (stand, _proxy, bytes) = interrupted().await;
    assert!(part_file(&stand).is_some());
    let here = stand.here();
    let saved = timeout(BOUND, stand.download(&here, Existing::Fail)).await.unwrap().unwrap();
    assert_eq!(saved.fate, Fate::Downloaded);
    assert!(fs::read(saved.path).unwrap() == bytes);
    assert!(asked(&stand) < SIZE - 8 * MIB, "{} MiB were asked for again", asked(&stand) / MIB);
    assert_eq!(stand.names(), ["report.pdf"]);
}

#[tokio::test]
async fn what_stands_in_the_way_costs_nothing_that_has_arrived() {
    for refusals in [vec![Refusal::Portal; 200], vec![Refusal::Forbidden; 200]] {
        let (stand, _proxy, bytes) = interrupted().await;
        locked(&stand.store.refuse).extend(refusals);
        stand.download(&stand.here(), Existing::Fail).await.unwrap_err();
        locked(&stand.store.refuse).clear();
        locked(&stand.store.log).gets.clear();
        let here = stand.here();
        let saved = timeout(BOUND, stand.download(&here, Existing::Fail)).await.unwrap().unwrap();
        assert!(fs::read(saved.path).unwrap() == bytes);
        assert!(asked(&stand) < SIZE - 8 * MIB, "{} MiB were asked for again", asked(&stand) / MIB);
    }
}

#[tokio::test]
async fn another_version_begins_anew() {
    let (stand, _proxy, _) = interrupted().await;
    let bytes = content(2, SIZE);
    stand.offer(&bytes);
    let saved = stand.download(&stand.here(), Existing::Fail).await.unwrap();
    assert!(fs::read(saved.path).unwrap() == bytes);
    assert_eq!(asked(&stand), SIZE);
    assert_eq!(stand.names(), ["report.pdf"]);
}

#[tokio::test]
async fn a_part_file_that_was_damaged_on_the_disk_is_never_saved() {
    let (stand, _proxy, bytes) = interrupted().await;
    let part = part_file(&stand).unwrap();
    stand.free(&part).await;
    let mut file = OpenOptions::new().write(true).open(&part).unwrap();
    // Each block: whichever were kept.
    for at in (MIB..SIZE).step_by(4 * MIB) {
        file.seek(SeekFrom::Start(at as u64)).unwrap();
        file.write_all(&[!bytes[at]]).unwrap();
    }
    let saved = stand.download(&stand.here(), Existing::Fail).await.unwrap();
    assert!(fs::read(saved.path).unwrap() == bytes);
    assert!(asked(&stand) > SIZE, "all of it was asked for again");
    assert_eq!(stand.names(), ["report.pdf"]);
    assert!(locked(&stand.calls).damaged.is_empty(), "the store has what it should have");
}

#[tokio::test]
async fn a_part_file_without_a_journal_is_verified_or_fetched_anew() {
    for whole in [true, false] {
        let (stand, _proxy, bytes) = interrupted().await;
        let part = part_file(&stand).unwrap();
        stand.free(&part).await;
        let mut left = bytes.clone();
        if !whole {
            left[SIZE / 2] = !left[SIZE / 2];
        }
        fs::write(&part, &left).unwrap();
        let saved = stand.download(&stand.here(), Existing::Fail).await.unwrap();
        assert!(fs::read(saved.path).unwrap() == bytes);
        assert_eq!(asked(&stand), if whole { 0 } else { SIZE });
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_in_the_part_file_s_place_is_not_followed() {
    let (stand, _proxy, bytes) = interrupted().await;
    let part = part_file(&stand).unwrap();
    stand.free(&part).await;
    let precious = stand.file("precious", b"mine");
    fs::remove_file(&part).unwrap();
    std::os::unix::fs::symlink(&precious, &part).unwrap();
    let saved = stand.download(&stand.here(), Existing::Fail).await.unwrap();
    assert!(fs::read(saved.path).unwrap() == bytes);
    assert_eq!(fs::read(precious).unwrap(), b"mine");
}

#[tokio::test]
async fn the_same_file_twice_at_once_is_no_mixture() {
    let stand = Stand::start().await;
    let bytes = content(5, 40 * MIB);
    stand.offer(&bytes);
    let here = stand.here();
    let both = (0..2).map(|_| stand.download(&here, Existing::KeepBoth));
    for saved in futures_util::future::try_join_all(both).await.unwrap() {
        assert!(fs::read(saved.path).unwrap() == bytes);
    }
    assert!(part_file(&stand).is_none());
}
