//! Hearing of what other processes commit.

use std::time::Duration;

use notespot_metadata::changes::Changes as _;
use notespot_metadata::mongodb::MongoMetadata;
use notespot_metadata::nodes::Nodes as _;
use notespot_metadata::users::{Profile, Users as _};
use notespot_protocol::{ByteCount, ClientRef, NewFolder, NodeName, OnConflict, UserId};
use tokio::time::timeout;

use super::Running;

const BOUND: Duration = Duration::from_secs(20);

fn new_folder(name: &str) -> NewFolder {
    NewFolder {
        client_ref: ClientRef::generate(),
        id: None,
        parent: None,
        name: NodeName::new(name).unwrap(),
        on_conflict: OnConflict::Fail,
        reuse: false,
    }
}

/// Two stores on one database are as two servers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_listens_hears_of_what_another_server_commits() {
    let here = Running::start().await;
    let there = MongoMetadata::open(&here.database.address()).await.unwrap();
    let ada = UserId("ada".to_owned());
    let profile = Profile { id: ada.clone(), name: "Ada".to_owned(), email: None };
    there.ensure_user(&profile, ByteCount(1_000)).await.unwrap();
    let mut listening = here.store.listen(&ada);
    for name in ["one", "two", "three"] {
        let made = there.create_folder(&ada, &new_folder(name)).await.unwrap();
        let hears = async { while listening.newer().await < made.revision {} };
        timeout(BOUND, hears).await.unwrap_or_else(|_| panic!("{name} was not heard of"));
    }
    there.close().await;
}

/// Writers of one owner on two servers take turns by the server's own means.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_on_two_servers_leave_no_gap_and_double_nothing() {
    const EACH: usize = 10;
    let here = Running::start().await;
    let there = MongoMetadata::open(&here.database.address()).await.unwrap();
    let ada = UserId("ada".to_owned());
    let profile = Profile { id: ada.clone(), name: "Ada".to_owned(), email: None };
    there.ensure_user(&profile, ByteCount(1_000)).await.unwrap();
    let write = async |store: &MongoMetadata| {
        let mut revisions = Vec::new();
        for _ in 0..EACH {
            let folder = NewFolder { on_conflict: OnConflict::KeepBoth, ..new_folder("same") };
            revisions.push(store.create_folder(&ada, &folder).await.unwrap().revision.0);
        }
        revisions
    };
    let (one, other) = futures_util::future::join(write(&here.store), write(&there)).await;
    let mut revisions = [one, other].concat();
    revisions.sort_unstable();
    assert!(revisions.iter().copied().eq(1..=2 * EACH as u64), "{revisions:?}");
    assert_eq!(here.store.user(&ada).await.unwrap().revision.0, 2 * EACH as u64);
    there.close().await;
}
