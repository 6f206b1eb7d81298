//! The same command through a server whose objects are at an S3 server that others wrote.

use std::fs;
use std::time::Duration;

use notespot_testkit::{Direction, Fault, FaultKind, FaultProxy, S3Server, TestServer, content};
use serde_json::Value;

use crate::Machine;
use crate::kills::{killed, started};

const MIB: usize = 1024 * 1024;

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
    proxy.forward_to(store.address().unwrap());
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

/// Many small files, empty ones, and one of several parts, with kills in between; then all of it back.
async fn files_go_and_come_back(store: &S3Server) {
    let server = TestServer::with(&["--objects", &store.bucket()]).await.unwrap();
    let machine = Machine::at(server).await;
    let tree = machine.home.path().join("tree");
    fs::create_dir_all(tree.join("deep")).unwrap();
    for number in 0..200_u8 {
        fs::write(tree.join("deep").join(format!("{number} ü")), content(number.into(), number.into()))
            .unwrap();
    }
    fs::write(tree.join("large.bin"), content(3, 60 * MIB + 1)).unwrap();

    for kill in 1..=3 {
        killed(&machine, 50 * kill, Duration::from_millis(150 * kill as u64)).await;
    }
    succeeds(&machine, &["upload", "tree"]).await;
    let listed = machine.json(&["ls", "tree/deep"]).await;
    assert_eq!(listed.as_array().unwrap().len(), 200, "each once");

    fs::write(tree.join("large.bin"), content(4, 45 * MIB)).unwrap();
    succeeds(&machine, &["upload", "tree", "--on-conflict", "replace"]).await;
    fs::create_dir(machine.home.path().join("back")).unwrap();
    succeeds(&machine, &["download", "tree", "--to", "back"]).await;
    for path in ["large.bin".to_owned()].into_iter().chain((0..200).map(|number| format!("deep/{number} ü")))
    {
        let (there, here) = (fs::read(tree.join(&path)).unwrap(), machine.read(&format!("back/tree/{path}")));
        assert!(there == here, "{path}");
    }
}

async fn succeeds(machine: &Machine, arguments: &[&str]) {
    let told: Value = machine.json(arguments).await;
    assert!(told.as_array().is_some_and(|files| files.len() == 201), "{arguments:?}: {told}");
}
