//! `kill -9` between and inside transactions.
//!
//! The test runs itself again as the process that dies: writers that publish, rename, link and
//! delete files, and say on standard output what was acknowledged.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use futures_util::future::join_all;
use notespot_metadata::changes::{Changes as _, StoredChange, StoredChanges};
use notespot_metadata::links::Links as _;
use notespot_metadata::nodes::Nodes as _;
use notespot_metadata::sqlite::SqliteMetadata;
use notespot_metadata::uploads::{Destination, Uploads as _, Wanted};
use notespot_metadata::users::{Profile, Users as _};
use notespot_protocol::{
    ByteCount, ChangesQuery, ChecksumAlgorithm, ClientRef, Node, NodeName, NodePatch, OnConflict, Revision,
    Sha256, UserId,
};

const FILE: &str = "NOTESPOT_TEST_METADATA_THAT_DIES";
const KILLS: usize = 12;
const SIZE: u64 = 100;

#[tokio::test]
async fn what_was_acknowledged_outlives_kill_9_and_the_feed_has_no_gap() {
    if let Some(file) = env::var_os(FILE) {
        return write_until_killed(Path::new(&file)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("metadata.db");
    let mut acknowledged = Vec::new();
    for round in 0..KILLS {
        run_and_kill(&file, round * 3, &mut acknowledged);
        check(&file, &acknowledged).await;
    }
    assert!(acknowledged.len() > 50, "too little happened");
}

/// Starts the process, kills it after so many acknowledgements, and notes all of them.
fn run_and_kill(file: &Path, acknowledgements: usize, acknowledged: &mut Vec<String>) {
    let mut process = Command::new(env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("kills::what_was_acknowledged_outlives_kill_9_and_the_feed_has_no_gap")
        .env(FILE, file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(process.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix("kept ").map(str::to_owned));
    acknowledged.extend(said.by_ref().take(acknowledgements + 1));
    process.kill().unwrap();
    process.wait().unwrap();
    // What it had said before it died is still in the pipe.
    acknowledged.extend(said);
}

/// Opens what the dead process left, and compares it with what it said and with itself.
async fn check(file: &Path, acknowledged: &[String]) {
    let store = SqliteMetadata::open(file).await.unwrap();
    let mut revisions = Vec::new();
    let mut used = 0;
    let mut names = Vec::new();
    let mut page = changes(&store, Revision::ZERO).await;
    loop {
        for change in &page.changes {
            revisions.push(change.revision());
            if let StoredChange::Node(node) = change {
                used += node.content.as_ref().unwrap().size.get();
                names.push(node.name.as_str().to_owned());
            }
        }
        if !page.more {
            break;
        }
        page = changes(&store, page.revision).await;
    }
    let me = store.user(&ada()).await.unwrap();
    assert_eq!(page.revision, me.revision, "the feed ends where the owner's counter stands");
    assert!(revisions.is_sorted_by(|one, next| one < next), "each revision once");
    assert_eq!(me.used.get(), used, "what is used is what is there");
    for name in acknowledged {
        assert!(names.contains(name), "{name} was acknowledged and is gone");
    }
    store.close().await;
}

async fn changes(store: &SqliteMetadata, since: Revision) -> StoredChanges {
    let query = ChangesQuery { since, limit: Some(1000), ..ChangesQuery::default() };
    store.changes(&ada(), &query).await.unwrap()
}

fn ada() -> UserId {
    UserId("ada".to_owned())
}

async fn write_until_killed(file: &Path) {
    let store = SqliteMetadata::open(file).await.unwrap();
    let profile = Profile { id: ada(), name: "Ada".to_owned(), email: None };
    store.ensure_user(&profile, ByteCount(u64::MAX >> 1)).await.unwrap();
    join_all((0..3).map(|_| write(&store))).await;
}

#[expect(clippy::print_stdout, reason = "standard output is how the process that dies is heard")]
/// Publishes two files at a time: one stays, renamed and shared; one goes for ever.
async fn write(store: &SqliteMetadata) {
    loop {
        let (kept, gone) = (publish(store).await, publish(store).await);
        let name = format!("kept-{}", kept.id.0);
        let patch = NodePatch { name: Some(NodeName::new(&*name).unwrap()), ..NodePatch::default() };
        store.edit_node(&ada(), kept.id, &patch, None).await.unwrap();
        println!("kept {name}");
        store.create_link(&ada(), kept.id, None).await.unwrap();
        store.trash_node(&ada(), gone.id, None).await.unwrap();
        store.delete_node(&ada(), gone.id).await.unwrap();
    }
}

async fn publish(store: &SqliteMetadata) -> Node {
    let client_ref = ClientRef::generate();
    let wanted = Wanted {
        client_ref,
        parent: None,
        name: NodeName::new(format!("new-{}", client_ref.0)).unwrap(),
        on_conflict: OnConflict::Fail,
        size: ByteCount(SIZE),
        content_type: "text/plain".to_owned(),
        modified_at: None,
    };
    let destination = Destination {
        object_key: client_ref.0.simple().to_string(),
        multipart_id: None,
        part_bytes: ByteCount(SIZE),
        part_count: 1,
        checksum: ChecksumAlgorithm::Crc64Nvme,
    };
    let upload = store.begin_upload(&ada(), &wanted, &destination).await.unwrap();
    store.publish_upload(&ada(), upload.id, Sha256::from_bytes([7; 32])).await.unwrap()
}
