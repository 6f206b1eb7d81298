//! The same command through a server whose objects are at an S3 server that others wrote.

use std::fs;

use notespot_testkit::{S3Server, TestServer, content};
use serde_json::Value;

use crate::Machine;
use crate::kills::killed;

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn files_go_to_seaweedfs_and_come_back() {
    files_go_and_come_back(&S3Server::seaweedfs().await.unwrap()).await;
}

#[tokio::test]
async fn files_go_to_garage_and_come_back() {
    files_go_and_come_back(&S3Server::garage().await.unwrap()).await;
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
        killed(&machine, 50 * kill, std::time::Duration::from_millis(150 * kill as u64)).await;
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
