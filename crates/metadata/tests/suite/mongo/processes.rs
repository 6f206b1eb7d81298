//! Servers that die.

use std::time::Duration;

use mongodb::Client;
use mongodb::bson::{DateTime, Document, Uuid, doc};
use notespot_metadata::mongodb::MongoMetadata;
use notespot_metadata::nodes::Nodes as _;
use notespot_metadata::users::{Profile, Users as _};
use notespot_protocol::{ByteCount, ClientRef, NewFolder, NodeName, OnConflict, UserId};
use tokio::time::timeout;

use super::Running;

/// The server itself ends a transaction that nobody goes on with after a minute.
const BOUND: Duration = Duration::from_secs(40);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_died_in_a_transaction_holds_its_owner_up_for_seconds() {
    let here = Running::start().await;
    let there = MongoMetadata::open(&here.database.address()).await.unwrap();
    let ada = UserId("ada".to_owned());
    let profile = Profile { id: ada.clone(), name: "Ada".to_owned(), email: None };
    here.store.ensure_user(&profile, ByteCount(1_000)).await.unwrap();

    // What a process leaves that is killed after the first statement of a change.
    let client = Client::with_uri_str(here.database.address()).await.unwrap();
    let database = client.database(here.database.name());
    let mut session = client.start_session().await.unwrap();
    let id = session.id().get("id").unwrap().clone();
    let dead = doc! { "_id": Uuid::new(), "alive_at": DateTime::now(), "sessions": [id] };
    let processes = database.collection::<Document>("processes");
    processes.insert_one(dead).await.unwrap();
    session.start_transaction().await.unwrap();
    let users = database.collection::<Document>("users");
    let turn = doc! { "$inc": { "turn": 1_i64 } };
    users.update_one(doc! { "_id": "ada" }, turn).session(&mut session).await.unwrap();

    let folder = NewFolder {
        client_ref: ClientRef::generate(),
        id: None,
        parent: None,
        name: NodeName::new("a").unwrap(),
        on_conflict: OnConflict::Fail,
        reuse: false,
    };
    let making = here.store.create_folder(&ada, &folder);
    timeout(BOUND, making).await.expect("its owner is held up").unwrap();
    there.create_folder(&ada, &folder).await.unwrap();
    assert!(session.commit_transaction().await.is_err(), "it is ended");
    let living = async { while processes.count_documents(doc! {}).await.unwrap() != 2 {} };
    timeout(BOUND, living).await.expect("those who live are written down, and nobody else");
    there.close().await;
    assert_eq!(processes.count_documents(doc! {}).await.unwrap(), 1, "who ends says so");
}
