//! Every write of the journal.

use futures_util::future::join_all;
use notespot_testkit::killed_at_file;

use crate::machine::{Machine, Scene, WISHES};
use crate::window::{self, Wishes};

const THIS: &str = "journal::what_was_asked_for_is_done_once_after_death_at_any_write_of_the_journal";
/// How many die side by side.
const AT_ONCE: usize = 3;

/// Calls on the file with this suffix, at each of which it dies: the first, and every `step`th further one.
struct Deaths {
    calls: &'static str,
    suffix: &'static str,
    step: u32,
    most: u32,
}

/// Each commit of what a person did ends with a sync of SQLite's log; what it commits is written before, piece by piece.
/// When the application ends in order, the log goes into the library, and then away.
const DEATHS: [Deaths; 5] = [
    Deaths { calls: "fdatasync,fsync", suffix: "-wal", step: 1, most: 16 },
    Deaths { calls: "pwrite64", suffix: "-wal", step: 3, most: 18 },
    Deaths { calls: "pwrite64", suffix: "", step: 5, most: 3 },
    Deaths { calls: "fdatasync,fsync", suffix: "", step: 1, most: 2 },
    Deaths { calls: "?unlink,unlinkat", suffix: "-wal", step: 1, most: 1 },
];

/// Whether it died: if not, it makes fewer of these calls.
async fn dies_and_goes_on(machine: &Machine<'_>, deaths: &Deaths, nth: u32) -> bool {
    let under = killed_at_file(deaths.calls, &machine.library(deaths.suffix), nth);
    let died = machine.runs(&machine.wishes(), &under).await;
    if died {
        // Begun again, it goes on by itself.
        machine.runs(&Wishes::default(), &[]).await;
        let again = machine.not_asked_for().await;
        if again.upload.is_some() || !again.download.is_empty() {
            machine.runs(&again, &[]).await;
        }
    }
    machine.require_done().await;
    died
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_asked_for_is_done_once_after_death_at_any_write_of_the_journal() {
    if let Ok(wishes) = std::env::var(WISHES) {
        return window::run(&wishes).await;
    }
    let scene = Scene::begin(THIS).await;
    let (mut machines, mut kills) = (Vec::new(), Vec::new());
    for deaths in &DEATHS {
        let mut nths = (1..).step_by(deaths.step as usize).take(deaths.most as usize).peekable();
        let mut made = 0;
        while nths.peek().is_some() {
            scene.bring_library_up_to_date().await;
            let first = machines.len();
            let some: Vec<_> = nths.by_ref().take(AT_ONCE).collect();
            machines.extend((1..).take(some.len()).map(|more| scene.machine(first as u64 + more)));
            let dying = machines[first..].iter().zip(some);
            let died = join_all(dying.map(|(machine, nth)| dies_and_goes_on(machine, deaths, nth))).await;
            made += died.iter().filter(|died| **died).count();
            if died.contains(&false) {
                break;
            }
        }
        assert!(made > 0, "it never made any of {} on the library{}", deaths.calls, deaths.suffix);
        kills.push(made);
    }
    scene.require_bytes(&machines).await;
    assert!(kills.iter().sum::<usize>() >= 20, "only {kills:?} kills");
}
