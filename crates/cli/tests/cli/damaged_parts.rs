//! A part that the server's own disk damages while later ones are still on their way.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notespot_testkit::{Direction, FaultProxy, TestServer, content};

use crate::Machine;

const MIB: usize = 1024 * 1024;
const BOUND: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(5);

/// Waits until the first part of the one upload has arrived (`embedded/layout.rs` of the store).
async fn first_part(data_dir: &Path) -> PathBuf {
    let parts = data_dir.join("objects/parts");
    let arrived = async {
        loop {
            let uploads = fs::read_dir(&parts).unwrap().map(|upload| upload.unwrap().path().join("00001"));
            if let Some(part) = uploads.into_iter().find(|part| part.exists()) {
                return part;
            }
            tokio::time::sleep(POLL).await;
        }
    };
    tokio::time::timeout(BOUND, arrived).await.expect("no part has arrived")
}

#[tokio::test]
async fn a_part_that_is_damaged_before_the_last_one_has_come_is_sent_again_and_no_other() {
    let proxy = FaultProxy::start().await.unwrap();
    let machine = Machine::at(TestServer::behind(&proxy).await.unwrap()).await;
    let film = content(21, 48 * MIB);
    machine.file("film.mkv", &film);
    let upload = ["upload", "film.mkv", "--parallel", "1", "--limit-up", "20M"];
    let damage = async {
        let part = first_part(machine.server.data_dir()).await;
        let mut bytes = fs::read(&part).unwrap();
        bytes[5 * MIB] ^= 1;
        fs::write(&part, bytes).unwrap();
    };
    let (ran, ()) = tokio::join!(machine.run(&upload), damage);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let sent = proxy.passed(Direction::ToServer);
    assert!(sent > 63 * MIB as u64 && sent < 66 * MIB as u64, "{sent} bytes: one part of three twice");
    fs::remove_file(machine.home.path().join("film.mkv")).unwrap();
    machine.json(&["download", "film.mkv"]).await;
    assert!(machine.read("film.mkv") == film);
    assert_eq!(machine.json(&["ls"]).await.as_array().unwrap().len(), 1);
}
