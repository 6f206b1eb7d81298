//! The command dies; given again, it ends as if it had not.

use std::fs;
use std::time::Duration;

use crate::death::{Death, NAMES, NEW_FOLDERS, REMOVALS, SENDS, SYNCS};
use crate::scene::{MIB, Scene};
use crate::trees;

/// Every way in which an upload writes down how far it is, and what it sends.
#[tokio::test]
async fn an_upload_goes_on_after_death_at_each_of_its_steps() {
    let mut scene = Scene::begin().await;
    let steps = [(NEW_FOLDERS, 4), (SYNCS, 4), (NAMES, 3), (REMOVALS, 3), (SENDS, 8)];
    for (calls, most) in steps {
        for nth in 1..=most {
            let name = format!("{}{nth}", calls.trim_start_matches('?'));
            let tree = scene.tree(&name, 4, &[17 * MIB]);
            let upload = ["upload", &name];
            let died = scene.dies_and_completes([Death::At(calls, nth)], &upload).await == 1;
            scene.uploaded(tree);
            if !died {
                break;
            }
        }
    }
    scene.ends(10).await;
}

#[tokio::test]
async fn an_upload_goes_on_after_death_at_any_moment() {
    const LARGE: [u64; 2] = [40 * MIB, 17 * MIB];
    let mut scene = Scene::begin().await;
    let whole = scene.time_of_upload(150, &LARGE).await;
    for round in 0..20 {
        let name = format!("tree {round}");
        let tree = scene.tree(&name, 150, &LARGE);
        // Most die young, and leave a little to the next.
        let deaths: Vec<_> = (0..16)
            .map(|place| Death::After(scene.draws.moment(if place % 4 == 0 { whole } else { whole / 3 })))
            .collect();
        scene.dies_and_completes(deaths, &["upload", &name]).await;
        scene.uploaded(tree);
        if scene.kills >= 70 {
            break;
        }
    }
    scene.ends(70).await;
}

/// Room, content, the journal's end, the name. Each write of the journal has a test of its own.
#[tokio::test]
async fn a_download_goes_on_after_death_at_each_of_its_steps() {
    let mut scene = Scene::begin().await;
    let tree = scene.tree("tree", 5, &[40 * MIB, 17 * MIB]);
    scene.cli.completes(&["upload", "tree"]).await;
    scene.uploaded(tree);
    // Content is written by several threads, each piece of it by one.
    let steps = [("fallocate", 9, 1), ("ftruncate", 9, 1), ("fsync", 9, 1), ("utimensat", 9, 1)];
    let more = [("fdatasync", 9, 1), (NAMES, 9, 1), (REMOVALS, 9, 1), ("pwritev", 120, 6)];
    for (calls, most, step) in steps.into_iter().chain(more) {
        for nth in (1..=most).step_by(step) {
            let folder = format!("{} {nth}", calls.trim_start_matches('?'));
            fs::create_dir(scene.cli.path(&folder)).unwrap();
            let download = ["download", "tree", "--to", &folder];
            let died = scene.dies_and_completes([Death::At(calls, nth)], &download).await == 1;
            trees::require_same(&scene.cli.path("tree"), &scene.cli.path(&folder).join("tree"));
            fs::remove_dir_all(scene.cli.path(&folder)).unwrap();
            if !died {
                break;
            }
        }
    }
    scene.ends(12).await;
}

/// Slow enough that the journal is written while it goes on, and again after each death. What is
/// replaced is the old file or the new one, at every moment.
#[tokio::test]
async fn a_download_that_replaces_goes_on_after_death_at_any_moment() {
    let mut scene = Scene::begin().await;
    let tree = scene.tree("tree", 100, &[40 * MIB, 17 * MIB]);
    scene.cli.completes(&["upload", "tree"]).await;
    scene.uploaded(tree);
    let (there, old) = (scene.cli.path("back/tree/deep/large 0.bin"), b"what was there".as_slice());
    let new = fs::read(scene.cli.path("tree/deep/large 0.bin")).unwrap();
    fs::create_dir_all(there.parent().unwrap()).unwrap();
    let download = ["download", "tree", "--to", "back", "--on-conflict", "replace", "--limit-down", "40M"];
    for round in 0..10 {
        fs::write(&there, old).unwrap();
        for _ in 0..16 {
            let death = Death::After(scene.draws.moment(Duration::from_millis(900 + 200 * (round % 4))));
            scene.dies(death, &download).await;
            let now = fs::read(&there).unwrap();
            assert!(now == old || now == new, "half a file is visible");
        }
        scene.cli.completes(&download).await;
        trees::require_same(&scene.cli.path("tree"), &scene.cli.path("back/tree"));
        fs::remove_dir_all(scene.cli.path("back/tree/deep/er")).unwrap();
        if scene.kills >= 48 {
            break;
        }
    }
    scene.ends(48).await;
}
