//! The same command through a server whose objects are at an S3 server that others wrote.

use std::cell::Cell;
use std::fs;
use std::time::Duration;

use notespot_testkit::{
    Direction, Draws, Fault, FaultKind, FaultProxy, S3Server, TestServer, content, days_later,
};
use serde_json::Value;

use crate::Machine;
use crate::kills::{killed, started};

const MIB: usize = 1024 * 1024;
/// Of the tree: 200 small ones, and one in parts.
const FILES: usize = 201;

#[tokio::test]
async fn files_go_to_seaweedfs_and_come_back() {
    files_go_and_come_back(&S3Server::seaweedfs().await.unwrap()).await;
}

#[tokio::test]
async fn files_go_to_garage_and_come_back() {
    files_go_and_come_back(&S3Server::garage().await.unwrap()).await;
}

/// `SeaweedFS` lists parts without their checksums: what they are follows from what they were presigned for.
#[tokio::test]
async fn what_arrived_is_not_sent_again_where_parts_are_listed_without_checksums() {
    let store = S3Server::seaweedfs().await.unwrap();
    let proxy = FaultProxy::start().await.unwrap();
    proxy.forward_to(store.address());
    let objects = format!("{}&public_endpoint={}", store.bucket(), proxy.url());
    let machine = Machine::at(TestServer::with(&["--objects", &objects]).await.unwrap()).await;
    let film = content(5, 80 * MIB);
    machine.file("film.mkv", &film);
    // One part after the other: two of five have arrived when nothing moves any more, and it is killed.
    let sent = || proxy.passed(Direction::ToServer);
    let stall =
        Fault { direction: Direction::ToServer, after_bytes: 40 * MIB as u64, kind: FaultKind::Stall };
    proxy.inject(stall);
    let mut process = started(&machine, &["upload", "film.mkv", "--parallel", "1"]);
    proxy.struck(1, Duration::from_mins(1)).await.unwrap();
    process.kill().await.unwrap();
    let before = sent();
    machine.json(&["upload", "film.mkv"]).await;
    let again = sent() - before;
    assert!(again < 49 * MIB as u64, "{again} bytes were sent again");
    fs::remove_file(machine.home.path().join("film.mkv")).unwrap();
    machine.json(&["download", "film.mkv"]).await;
    assert!(machine.read("film.mkv") == film);
}

/// The store dies again and again while everything goes to it and comes back. Afterwards each file is there once,
/// with its bytes, and nothing is left that nobody will ask for again.
#[tokio::test]
async fn transfers_go_on_when_seaweedfs_dies_at_any_moment() {
    let mut store = S3Server::seaweedfs().await.unwrap();
    let machine = machine_with_tree(&store).await;
    let mut draws = Draws::begin();
    fs::create_dir(machine.home.path().join("back")).unwrap();
    let upload = ["upload", "tree", "--limit-up", "15M"];
    let download = ["download", "tree", "--to", "back", "--limit-down", "15M"];
    for arguments in [upload.as_slice(), &download] {
        let kills = goes_on_while_it_dies(&machine, arguments, &mut store, &mut draws).await;
        assert!(kills > 0, "{arguments:?} was over before the store died");
    }
    listed_once(&machine).await;
    came_back(&machine);
    nothing_else_is_left(machine.server, &store).await;
}

/// How often the store died before the command succeeded, which was given once.
async fn goes_on_while_it_dies(
    machine: &Machine,
    arguments: &[&str],
    store: &mut S3Server,
    draws: &mut Draws,
) -> usize {
    let is_over = Cell::new(false);
    let command = async {
        succeeds(machine, arguments).await;
        is_over.set(true);
    };
    let deaths = async {
        let mut lives = Duration::ZERO;
        for kills in 0..2 {
            tokio::time::sleep(lives + draws.moment(Duration::from_millis(1500))).await;
            if is_over.get() {
                return kills;
            }
            store.kill_9().await.unwrap();
            tokio::time::sleep(draws.moment(Duration::from_millis(500))).await;
            store.start_again().await.unwrap();
            lives = Duration::from_secs(1);
        }
        2
    };
    tokio::join!(command, deaths).1
}

/// Nine days later, the bucket holds an object for each file, and no multipart upload is open.
async fn nothing_else_is_left(mut server: TestServer, store: &S3Server) {
    server.stop().await.unwrap();
    server.start_again_under(&days_later(9)).await.unwrap();
    let swept = async {
        loop {
            let held = store.held().await.unwrap();
            if held.objects.len() == FILES && held.open.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let swept = tokio::time::timeout(Duration::from_secs(30), swept).await;
    assert!(
        swept.is_ok(),
        "left after the sweep: {:#?}\n{}",
        store.held().await.unwrap(),
        server.log().unwrap()
    );
}

/// Many small files, empty ones, and one of several parts, with kills in between; then all of it back.
async fn files_go_and_come_back(store: &S3Server) {
    let machine = machine_with_tree(store).await;
    let tree = machine.home.path().join("tree");

    for kill in 1..=3 {
        killed(&machine, 50 * kill, Duration::from_millis(150 * kill as u64)).await;
    }
    succeeds(&machine, &["upload", "tree"]).await;
    listed_once(&machine).await;

    fs::write(tree.join("large.bin"), content(4, 45 * MIB)).unwrap();
    succeeds(&machine, &["upload", "tree", "--on-conflict", "replace"]).await;
    fs::create_dir(machine.home.path().join("back")).unwrap();
    succeeds(&machine, &["download", "tree", "--to", "back"]).await;
    came_back(&machine);
}

/// A machine with a tree, whose server has its objects at this store.
async fn machine_with_tree(store: &S3Server) -> Machine {
    let server = TestServer::with(&["--objects", &store.bucket()]).await.unwrap();
    let machine = Machine::at(server).await;
    let tree = machine.home.path().join("tree");
    fs::create_dir_all(tree.join("deep")).unwrap();
    for number in 0..200_u8 {
        fs::write(tree.join("deep").join(format!("{number} ü")), content(number.into(), number.into()))
            .unwrap();
    }
    fs::write(tree.join("large.bin"), content(3, 60 * MIB + 1)).unwrap();
    machine
}

async fn listed_once(machine: &Machine) {
    for (folder, names) in [("tree/deep", 200), ("tree", 2)] {
        let listed = machine.json(&["ls", folder]).await;
        assert_eq!(listed.as_array().unwrap().len(), names, "each once: {listed}");
    }
}

fn came_back(machine: &Machine) {
    let large = "large.bin".to_owned();
    for path in [large].into_iter().chain((0..200).map(|number| format!("deep/{number} ü"))) {
        let (there, here) =
            (machine.read(&format!("tree/{path}")), machine.read(&format!("back/tree/{path}")));
        assert!(there == here, "{path}");
    }
}

async fn succeeds(machine: &Machine, arguments: &[&str]) {
    let ran = machine.run(&[arguments, &["--json"]].concat()).await;
    let told: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    let failed: Vec<_> = told.as_array().unwrap().iter().filter(|file| file["error"].is_object()).collect();
    assert!(failed.is_empty(), "{arguments:?}: {} failed: {:#?}", failed.len(), failed[0]);
    assert_eq!(told.as_array().unwrap().len(), FILES, "{arguments:?}");
}
