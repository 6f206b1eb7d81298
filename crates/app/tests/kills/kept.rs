//! Every name that is given while files are brought here to be available offline.

use futures_util::future::join_all;
use notespot_testkit::killed_at;

use crate::machine::{Machine, Scene, WISHES};
use crate::window;

const THIS: &str = "kept::what_is_kept_is_whole_after_death_at_any_name_that_is_given";
/// Calls by which the wish, and then each file, gets its name or loses one, or is on the disk; and at which of them it
/// dies. Each thread counts its own.
const DEATHS: [(&str, [u32; 3]); 4] = [
    ("?rename,?renameat,renameat2", [1, 2, 3]),
    ("?unlink,unlinkat,?rmdir", [1, 2, 3]),
    ("?chmod,fchmod,fchmodat", [2, 3, 4]),
    ("fsync", [1, 2, 4]),
];

/// Whether it died: if not, it makes fewer of these calls.
async fn dies_and_goes_on(machine: &Machine<'_>, calls: &str, nth: u32) -> bool {
    let died = machine.runs(&machine.keeping(), &killed_at(calls, nth)).await;
    machine.runs(&machine.keeping(), &[]).await;
    machine.require_kept();
    died
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_is_whole_after_death_at_any_name_that_is_given() {
    if let Ok(wishes) = std::env::var(WISHES) {
        return window::run(&wishes).await;
    }
    let scene = Scene::begin(THIS).await;
    scene.bring_library_up_to_date().await;
    let mut kills = 0;
    for (round, (calls, nths)) in (1..).zip(DEATHS) {
        let machines = nths.map(|nth| scene.machine(round * 100 + u64::from(nth)));
        let dying = machines.iter().zip(nths).map(|(machine, nth)| dies_and_goes_on(machine, calls, nth));
        kills += join_all(dying).await.into_iter().filter(|died| *died).count();
    }
    assert!(kills >= 6, "only {kills} kills");
}
