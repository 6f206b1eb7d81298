//! How many requests are under way at once: as many as the path gives, small and large ones each for
//! themselves, over few connections.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join, try_join_all};
use notespot_transfer::{CancellationToken, Existing, SaveTo, Settings, TransferError};
use tokio::time::{sleep, timeout};

use super::control::{MIB, Stand};
use super::store::{Store, locked};
use super::watched::{Watched, spare_the_disk, watched};

const BOUND: Duration = Duration::from_secs(30);

/// Fewer than an engine begins with, of either kind: all of them are under way at once.
const FEW: usize = 6;

/// What moves: one request each.
#[derive(Clone, Copy, Debug)]
enum Kind {
    SmallUp,
    LargeUp,
    SmallDown,
    /// To a stream, which needs no thread: those of a file on a disk would hold a test's clock.
    LargeDown,
}

const KINDS: [Kind; 4] = [Kind::SmallUp, Kind::LargeUp, Kind::SmallDown, Kind::LargeDown];

impl Kind {
    /// All at once, as far as the engine lets them.
    async fn move_files(self, stand: &Stand, files: usize) {
        let moves = (0..files).map(|number| self.move_one(stand, number));
        try_join_all(moves).await.unwrap_or_else(|error| panic!("{self:?}: {error:?}"));
    }

    async fn move_one(self, stand: &Stand, number: usize) -> Result<(), TransferError> {
        let name = format!("{self:?}-{number}");
        match self {
            Self::SmallUp => stand.upload(&stand.file(&name, b"hello")).await.map(drop),
            Self::LargeUp => {
                let path = stand.path(&name);
                File::create(&path).unwrap().set_len(MIB as u64 + 1).unwrap();
                stand.upload(&path).await.map(drop)
            }
            Self::SmallDown => {
                stand.download(&SaveTo::File(stand.path(&name)), Existing::Fail).await.map(drop)
            }
            Self::LargeDown => {
                let (node, never) =
                    (stand.offered(&stand.here(), Existing::Fail).node, CancellationToken::new());
                stand.engine.read_file(stand, node, &mut Vec::new(), &stand.progress, &never).await
            }
        }
    }
}

/// A store whose answers take so long, and so many requests of each kind at most.
fn stand(takes: Duration, small_in_flight: usize, large_in_flight: usize) -> (Stand, Arc<Watched>) {
    let settings = Settings {
        small_in_flight,
        large_in_flight,
        stall_timeout: Duration::from_mins(10),
        tries: 1_000_000,
        retries: 1_000_000,
        first_pause: Duration::from_millis(50),
        longest_pause: Duration::from_millis(200),
        ..Settings::default()
    };
    let (stand, way) = watched(Store::discarding(), takes, settings);
    stand.offer(b"hello");
    (stand, way)
}

#[tokio::test(start_paused = true)]
async fn quick_answers_bring_more_requests_and_never_more_than_are_allowed() {
    let takes = Duration::from_millis(10);
    for kind in KINDS {
        let (small, large) = (100, 12);
        let (stand, way) = stand(takes, small, large);
        let (files, most) = match kind {
            Kind::SmallUp | Kind::SmallDown => (800, small),
            Kind::LargeUp | Kind::LargeDown => (120, large),
        };
        let at_first = async {
            sleep(takes / 2).await;
            way.most_under_way()
        };
        let ((), at_first) = join(kind.move_files(&stand, files), at_first).await;
        assert!(at_first < most, "{kind:?}: {at_first}, which leaves nothing to grow to");
        assert_eq!(way.most_under_way(), most, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_overloaded_has_fewer_requests_until_it_is_not() {
    for kind in KINDS {
        let (stand, way) = stand(Duration::from_millis(100), FEW, FEW);
        way.set_busy(true);
        let watching = async {
            sleep(Duration::from_secs(5)).await;
            assert_eq!(way.most_under_way(), FEW, "{kind:?}");
            way.forget_most();
            sleep(Duration::from_secs(2)).await;
            let left = way.most_under_way();
            way.set_busy(false);
            left
        };
        let ((), left) = join(kind.move_files(&stand, 12 * FEW), watching).await;
        assert_eq!(left, 1, "{kind:?}");
        assert_eq!(way.most_under_way(), FEW, "{kind:?}: they come back");
    }
}

/// Whoever waits for a place on a slow line may wait for longer than a signature is good for.
#[tokio::test(start_paused = true)]
async fn a_request_that_has_waited_for_minutes_is_signed_anew_before_it_is_sent() {
    for kind in KINDS {
        let (stand, way) = stand(Duration::ZERO, 1, 1);
        let signed = || {
            let calls = locked(&stand.calls);
            calls.presigned + calls.download_plans
        };
        way.set_holds(true);
        let waiting = async {
            way.held(1).await;
            sleep(Duration::from_secs(1)).await;
            let before = signed();
            sleep(Duration::from_mins(6)).await;
            way.set_holds(false);
            way.let_go();
            before
        };
        let ((), before) = join(kind.move_files(&stand, 2), waiting).await;
        assert_eq!(signed() - before, 1, "{kind:?}");
    }
}

/// All of one kind that may be under way are held, and more of them wait; one of the other kind goes past.
async fn goes_past(waiting: Kind, passing: Kind) {
    let (stand, way) = stand(Duration::ZERO, FEW, FEW);
    way.set_holds(true);
    let pass = async {
        way.held(FEW).await;
        way.set_holds(false);
        passing.move_files(&stand, 1).await;
        assert_eq!(way.under_way(), FEW, "{waiting:?}");
        way.let_go();
    };
    let both = join(waiting.move_files(&stand, 64), pass);
    assert!(timeout(BOUND, both).await.is_ok(), "{passing:?} waits behind {waiting:?}");
}

#[tokio::test]
async fn small_files_do_not_wait_behind_large_ones() {
    goes_past(Kind::LargeUp, Kind::SmallUp).await;
    goes_past(Kind::LargeDown, Kind::SmallDown).await;
    goes_past(Kind::LargeUp, Kind::SmallDown).await;
}

#[tokio::test]
async fn large_files_do_not_wait_behind_small_ones() {
    goes_past(Kind::SmallUp, Kind::LargeUp).await;
    goes_past(Kind::SmallDown, Kind::LargeDown).await;
    goes_past(Kind::SmallDown, Kind::LargeUp).await;
}

/// As many large files as are hashed at once, each with more parts than are hashed ahead of what is sent.
#[tokio::test]
async fn small_files_do_not_wait_for_large_ones_to_be_hashed() {
    let settings = Settings {
        parts_in_flight: 1,
        hash_passes: FEW,
        stall_timeout: Duration::from_mins(10),
        ..Settings::default()
    };
    let (mut stand, way) = watched(Store::discarding(), Duration::ZERO, settings);
    stand.part_bytes = MIB / 16;
    way.set_holds(true);
    let pass = async {
        way.held(FEW).await;
        way.set_holds(false);
        Kind::SmallUp.move_files(&stand, 1).await;
        way.let_go();
    };
    let uploads = sparse(&stand, FEW, 6 * MIB as u64);
    let both = join(upload_all(&stand, &uploads), pass);
    assert!(timeout(BOUND, both).await.is_ok(), "the small one waits");
}

/// As many large files as the command moves at once, with more parts than there is memory for.
#[tokio::test]
async fn small_files_do_not_wait_for_the_memory_of_large_ones() {
    const LARGE: usize = 8;
    let settings = Settings {
        parts_in_flight: 8,
        hash_passes: LARGE + 1,
        stall_timeout: Duration::from_mins(10),
        ..Settings::default()
    };
    let (mut stand, way) = watched(Store::discarding(), Duration::ZERO, settings);
    stand.part_bytes = MIB / 16;
    stand.offer(b"hello");
    way.set_holds(true);
    let pass = async {
        way.held(FEW).await;
        // Then each has as many parts on their way as it may.
        while locked(&stand.calls).presigned < LARGE {
            tokio::task::yield_now().await;
        }
        way.set_holds(false);
        for kind in [Kind::SmallUp, Kind::SmallDown] {
            kind.move_files(&stand, 20).await;
        }
        way.let_go();
    };
    let uploads = sparse(&stand, LARGE, 6 * MIB as u64);
    let both = join(upload_all(&stand, &uploads), pass);
    assert!(timeout(BOUND, both).await.is_ok(), "the small ones wait");
}

fn sparse(stand: &Stand, files: usize, bytes: u64) -> Vec<PathBuf> {
    let paths = (0..files).map(|number| stand.path(&format!("{number}.img")));
    paths.inspect(|path| File::create(path).unwrap().set_len(bytes).unwrap()).collect()
}

async fn upload_all(stand: &Stand, paths: &[PathBuf]) {
    try_join_all(paths.iter().map(|path| stand.upload(path))).await.unwrap();
}

#[tokio::test]
async fn hundreds_of_small_files_go_over_few_connections() {
    const FILES: usize = 500;
    const IN_FLIGHT: usize = 32;
    // A request may open one more in the moment in which another's goes back to the pool.
    const MOST: usize = 2 * IN_FLIGHT;
    let settings = Settings { small_in_flight: IN_FLIGHT, ..Settings::default() };
    let mut stand = Stand::with(Store::default().start().await, settings);
    spare_the_disk(&mut stand);
    let proxy = stand.through_proxy().await;
    Kind::SmallUp.move_files(&stand, FILES).await;
    let for_uploads = proxy.connections();
    stand.offer(b"hello");
    Kind::SmallDown.move_files(&stand, FILES).await;
    assert_eq!(locked(&stand.store.log).puts, FILES);
    let both = proxy.connections();
    assert!(for_uploads <= MOST && both <= MOST, "{for_uploads}, and then {both}");
}
