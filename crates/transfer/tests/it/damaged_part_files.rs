//! Part files that were damaged in every way between two runs: content and journal.

use std::fs;
use std::time::Duration;

use notespot_testkit::{Damage, Direction, Fault, FaultKind, FaultProxy, cases, content};
use notespot_transfer::{Engine, Existing, Settings};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::time::timeout;

use super::control::{MIB, Stand};

const BOUND: Duration = Duration::from_mins(1);
const SIZE: usize = 17 * MIB;
/// Each is a download of its own.
const USUALLY: u32 = 12;

/// What an interrupted download has left: the file's name, and its bytes.
async fn left() -> (Stand, FaultProxy, String, Vec<u8>) {
    let (mut stand, proxy) = Stand::behind_proxy().await;
    stand.engine = Engine::new(Settings::default()).unwrap();
    stand.offer(&content(1, SIZE));
    proxy.inject(Fault {
        direction: Direction::ToClient,
        after_bytes: 13 * MIB as u64,
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
    stand.store.expire();
    let name = stand.names().into_iter().find(|name| name.starts_with(".notespot-")).unwrap();
    stand.free(&stand.path(&name)).await;
    let bytes = fs::read(stand.path(&name)).unwrap();
    (stand, proxy, name, bytes)
}

/// Damages anywhere, and at the end, where the journal is.
fn damages() -> impl Strategy<Value = Vec<(bool, Damage)>> {
    prop::collection::vec((any::<bool>(), Damage::any()), 1..4)
}

#[test]
fn whatever_befell_a_part_file_the_whole_file_is_right() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (stand, _proxy, name, bytes) = runtime.block_on(left());
    let mut runner = TestRunner::new(cases(USUALLY).clone_with_source_file(file!()));
    let outcome = runner.run(&damages(), |damages| {
        let mut part = bytes.clone();
        for (at_the_end, damage) in &damages {
            let mut end = part.split_off(if *at_the_end { part.len().min(SIZE) } else { 0 });
            damage.befall(&mut end);
            part.append(&mut end);
        }
        fs::write(stand.path(&name), &part).unwrap();
        let here = stand.here();
        let download = async { timeout(BOUND, stand.download(&here, Existing::Fail)).await };
        let saved = runtime.block_on(download).unwrap().unwrap();
        prop_assert!(fs::read(&saved.path).unwrap() == content(1, SIZE), "another file was saved");
        prop_assert_eq!(stand.names(), ["report.pdf"]);
        fs::remove_file(saved.path).unwrap();
        Ok(())
    });
    outcome.unwrap();
}
