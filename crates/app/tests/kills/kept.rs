//! Files are brought here to be available offline: death at every name that is given, and a full disk.

use futures_util::future::join_all;
use notespot_testkit::killed_at;

use crate::machine::{Machine, Scene, WISHES};
use crate::window::{self, FULL, Wishes};

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

/// Makes what is kept a disk of 2 MiB that only this process sees. It grows when the person was told that it is full.
const ON_A_SMALL_DISK: &str = "kept=.local/share/notespot/offline; \
     mkdir -p $kept && mount -t tmpfs -o size=2m small $kept || exit 9; \
     { until [ -e 'the disk is full' ]; do sleep 0.1; done; mount -o remount,size=20m $kept; } & \
     grows=$!; \"$@\"; code=$?; kill $grows 2>/dev/null; \
     cp -a $kept came && umount $kept && cp -a came/. $kept; exit $code";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_full_disk_has_no_room_for_says_so_and_comes_when_there_is_some() {
    if let Ok(wishes) = std::env::var(WISHES) {
        return window::run(&wishes).await;
    }
    let scene =
        Scene::begin("kept::what_a_full_disk_has_no_room_for_says_so_and_comes_when_there_is_some").await;
    scene.bring_library_up_to_date().await;
    let machine = scene.machine(1);
    let under = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", ON_A_SMALL_DISK, "sh"];
    let wishes = Wishes { until_full: true, ..machine.keeping() };
    assert!(!machine.runs(&wishes, &under.map(str::to_owned)).await);
    assert_eq!(machine.read(FULL), "\"disk_full\"");
    machine.require_kept();
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
