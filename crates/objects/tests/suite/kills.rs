//! `kill -9` while objects come and go.
//!
//! The test runs itself again as the process that dies: a store, and clients that put, join and
//! delete objects and say on standard output what they begin and what was acknowledged.

use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use notespot_objects::conformance::Client;
use notespot_objects::embedded::EmbeddedStore;
use notespot_objects::{ObjectError, ObjectKey, ObjectStore};
use notespot_protocol::{ByteCount, ChecksumAlgorithm, Crc64Nvme, PartToSend};
use url::Url;

use crate::embedded::serve;

const FOLDER: &str = "NOTESPOT_TEST_OBJECTS_THAT_DIE";
const KILLS: usize = 15;
const VALID: Duration = Duration::from_mins(5);

/// What is known of an object, by what its writer said last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Begun,
    Stored,
    Leaving,
    Gone,
}

#[tokio::test]
async fn what_was_acknowledged_outlives_kill_9_and_nothing_is_ever_half_there() {
    if let Some(folder) = env::var_os(FOLDER) {
        return write_until_killed(Path::new(&folder)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut known = BTreeMap::new();
    for round in 0..KILLS {
        // From before the first acknowledgement to some dozens after it, on any machine.
        run_and_kill(folder.path(), round * 7, &mut known);
        check(folder.path(), &known).await;
    }
    for fate in [Fate::Stored, Fate::Gone] {
        assert!(known.values().filter(|(_, found)| *found == fate).count() > 20, "too little happened");
    }
}

/// Starts the process, kills it after so many lines, and notes all that it said.
fn run_and_kill(folder: &Path, lines: usize, known: &mut BTreeMap<String, (usize, Fate)>) {
    let mut process = Command::new(env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("kills::what_was_acknowledged_outlives_kill_9_and_nothing_is_ever_half_there")
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(process.stdout.take().unwrap()).lines();
    let noted =
        said.by_ref().map_while(Result::ok).filter_map(|line| note(&line, known)).take(lines + 1).count();
    assert_eq!(noted, lines + 1, "the process ended by itself");
    process.kill().unwrap();
    process.wait().unwrap();
    // What it had said before it died is still in the pipe.
    for line in said.map_while(Result::ok) {
        note(&line, known);
    }
}

fn note(line: &str, known: &mut BTreeMap<String, (usize, Fate)>) -> Option<()> {
    let (word, rest) = line.split_once(' ')?;
    let (key, number) = rest.split_once(' ')?;
    let fate = match word {
        "begun" => Fate::Begun,
        "stored" => Fate::Stored,
        "leaving" => Fate::Leaving,
        "gone" => Fate::Gone,
        _ => return None,
    };
    known.insert(key.to_owned(), (number.parse().ok()?, fate));
    Some(())
}

/// Opens what the dead process left, and compares it with what it said.
async fn check(folder: &Path, known: &BTreeMap<String, (usize, Fate)>) {
    let store = EmbeddedStore::open(folder, &Url::parse("http://127.0.0.1:1").unwrap()).unwrap();
    assert_eq!(std::fs::read_dir(folder.join("tmp")).unwrap().count(), 0, "what was half written is swept");
    for (key, (number, fate)) in known {
        match (read(&store, &ObjectKey::parse(key).unwrap()).await, fate) {
            (Some(bytes), Fate::Begun | Fate::Stored | Fate::Leaving) => {
                assert!(bytes == content(*number), "{key} is not what was put");
            }
            (None, Fate::Begun | Fate::Leaving | Fate::Gone) => {}
            (Some(_), Fate::Gone) => panic!("{key} was deleted and is there again"),
            (None, Fate::Stored) => panic!("{key} was acknowledged and is gone"),
        }
    }
}

async fn read(store: &EmbeddedStore, key: &ObjectKey) -> Option<Vec<u8>> {
    match store.read(key, None).await {
        Ok(stream) => Some(stream.map_ok(Vec::from).try_concat().await.unwrap()),
        Err(ObjectError::NotFound) => None,
        Err(error) => panic!("{key:?}: {error}"),
    }
}

fn content(number: usize) -> Vec<u8> {
    (0..number.wrapping_mul(7919) % 60_000)
        .map(|at| at.wrapping_mul(31).to_le_bytes()[0] ^ number.to_le_bytes()[0])
        .collect()
}

async fn write_until_killed(folder: &Path) {
    let (store, _) = serve(folder).await;
    let writers = (0..3).map(|writer| write(&store, writer));
    futures_util::future::join_all(writers).await;
}

#[expect(clippy::print_stdout, reason = "standard output is how the process that dies is heard")]
/// Puts objects in one piece and in several, and deletes every second of them.
async fn write(store: &EmbeddedStore, writer: usize) {
    let client = Client::new();
    for number in (writer..).step_by(3) {
        let key = ObjectKey::generate();
        let say = |word: &str| println!("{word} {key} {number}");
        say("begun");
        if number % 2 == 0 {
            put(store, &client, &key, &content(number)).await;
        } else {
            join(store, &client, &key, &content(number)).await;
        }
        say("stored");
        if number % 4 >= 2 {
            say("leaving");
            store.delete(&key).await.unwrap();
            say("gone");
        }
    }
}

async fn put(store: &EmbeddedStore, client: &Client, key: &ObjectKey, bytes: &[u8]) {
    let request = store.presign_put(key, &part(1, bytes), VALID).await.unwrap();
    assert!(client.send(&request, bytes).await.status.is_success());
}

async fn join(store: &EmbeddedStore, client: &Client, key: &ObjectKey, bytes: &[u8]) {
    let upload = store.create_multipart(key, ChecksumAlgorithm::Crc64Nvme).await.unwrap();
    for (number, piece) in (1..).zip(bytes.chunks(10_000)) {
        let wanted = part(number, piece);
        let request = store.presign_part(key, &upload, &wanted, VALID).await.unwrap();
        assert!(client.send(&request, piece).await.status.is_success());
    }
    let parts = store.list_parts(key, &upload).await.unwrap();
    store.complete_multipart(key, &upload, &parts, crc(bytes).into()).await.unwrap();
}

fn part(number: u32, bytes: &[u8]) -> PartToSend {
    PartToSend { number, size: ByteCount(bytes.len() as u64), checksum: crc(bytes).into() }
}

fn crc(bytes: &[u8]) -> Crc64Nvme {
    Crc64Nvme(crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Nvme, bytes))
}
