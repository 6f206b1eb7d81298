//! The server dies while the command goes on by itself; and both die.

use std::fs;

use crate::death::{Death, NAMES, NEW_FOLDERS, REMOVALS, SENDS, SYNCS, WRITES};
use crate::scene::{MIB, Scene};
use crate::trees;

/// What the server makes durable with: SQLite's log and files, the object store's files and folders.
const STEPS: [&str; 5] = [SYNCS, NAMES, WRITES, REMOVALS, NEW_FOLDERS];
/// More than any machine needs: how many deaths come before a transfer ends is chance.
const ROUNDS: usize = 20;
const LARGE: [u64; 2] = [40 * MIB, 17 * MIB];

#[tokio::test]
async fn an_upload_goes_on_by_itself_when_the_server_dies_at_each_of_its_steps() {
    let mut scene = Scene::begin().await;
    for (round, calls) in STEPS.into_iter().cycle().take(ROUNDS).enumerate() {
        let name = format!("tree {round}");
        let tree = scene.tree(&name, 80, &LARGE);
        let deaths = (1..=10).map(|nth| Death::At(calls, nth));
        scene.completes_while_the_server_dies(&["upload", &name], deaths).await;
        scene.uploaded(tree);
        if round + 1 >= STEPS.len() && scene.kills >= 30 {
            break;
        }
    }
    scene.ends(30).await;
}

#[tokio::test]
async fn transfers_go_on_by_themselves_when_the_server_dies_at_any_moment() {
    let mut scene = Scene::begin().await;
    let whole = scene.time_of_upload(100, &LARGE).await;
    for round in 0..ROUNDS {
        let name = format!("tree {round}");
        let tree = scene.tree(&name, 100, &LARGE);
        let deaths: Vec<_> = (0..8)
            .map(|_| Death::draw(&mut scene.draws, whole / 3, &[SYNCS, NAMES, WRITES, SENDS], 12))
            .collect();
        scene.completes_while_the_server_dies(&["upload", &name], deaths).await;
        scene.uploaded(tree);
        let deaths: Vec<_> = (0..4).map(|_| Death::After(scene.draws.moment(whole / 3))).collect();
        fs::create_dir(scene.cli.path("back")).unwrap();
        let download = ["download", &name, "--to", "back", "--limit-down", "40M"];
        scene.completes_while_the_server_dies(&download, deaths).await;
        trees::require_same(&scene.cli.path(&name), &scene.cli.path("back").join(&name));
        fs::remove_dir_all(scene.cli.path("back")).unwrap();
        if scene.kills >= 30 {
            break;
        }
    }
    scene.ends(30).await;
}

#[tokio::test]
async fn an_upload_goes_on_after_the_death_of_both() {
    let mut scene = Scene::begin().await;
    let whole = scene.time_of_upload(100, &LARGE).await;
    for round in 0..ROUNDS {
        let name = format!("tree {round}");
        let tree = scene.tree(&name, 100, &LARGE);
        let upload = ["upload", &name];
        let mut ended = false;
        for _ in 0..8 {
            ended = !scene.both_die(whole / 2, &upload).await;
            if ended {
                break;
            }
        }
        if !ended {
            scene.cli.completes(&upload).await;
        }
        scene.uploaded(tree);
        if scene.kills >= 40 {
            break;
        }
    }
    scene.ends(40).await;
}
