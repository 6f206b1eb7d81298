//! Looking at a database from outside, as `notespot-server doctor` does: by the library, and by the program. It stands
//! here because the driver, which takes an index away, is this crate's alone.

use mongodb::bson::{Document, doc};
use notespot_metadata::mongodb::{MongoMetadata, OpenError, examine};
use notespot_testkit::run_server;
use serde_json::Value;

use super::Running;
use super::database::Database;

async fn database(running: &Running) -> mongodb::Database {
    let client = mongodb::Client::with_uri_str(running.database.address()).await.unwrap();
    client.database(running.database.name())
}

/// How the program ends, and what it says of the indexes: the word and the sentence.
async fn doctor(address: &str) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let arguments =
        ["doctor", "--json", "--data-dir", folder.path().to_str().unwrap(), "--metadata", address];
    let output = run_server(&arguments, "").await.unwrap();
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let indexes = findings.iter().find(|finding| finding["of"] == "indexes").unwrap();
    let text = |field: &str| indexes[field].as_str().unwrap().to_owned();
    (output.status.code(), text("outcome"), text("said"))
}

#[tokio::test]
async fn a_database_is_well_before_and_after_a_server_has_made_it_and_nothing_of_the_look_stays() {
    let database = Database::new();
    let empty = examine(&database.address()).await.unwrap();
    assert_eq!((empty.schema, empty.missing_indexes.as_slice()), (None, [].as_slice()));
    assert!(empty.transaction.is_ok(), "{empty:?}");

    let store = MongoMetadata::open(&database.address()).await.unwrap();
    let made = examine(&database.address()).await.unwrap();
    let schema = made.schema.unwrap();
    assert!(schema.is_usable && schema.version == schema.made, "{schema:?}");
    assert!(made.missing_indexes.is_empty(), "{made:?}");
    assert!(made.transaction.is_ok() && made.clock_away.is_some(), "{made:?}");
    store.close().await;
    let client = mongodb::Client::with_uri_str(database.address()).await.unwrap();
    let collections = client.database(database.name()).list_collection_names().await.unwrap();
    assert!(!collections.iter().any(|name| name.starts_with("examined")), "{collections:?}");

    let (code, outcome, said) = doctor(&database.address()).await;
    assert_eq!((code, outcome.as_str()), (Some(0), "fine"), "{said}");
    assert!(said.contains("All of schema"), "{said}");
}

#[tokio::test]
async fn indexes_that_are_missing_are_named_and_come_back_as_it_is_said() {
    let running = Running::start().await;
    let database = database(&running).await;
    database.collection::<Document>("nodes").drop_index("unique_names").await.unwrap();
    database.collection::<Document>("limits").drop().await.unwrap();
    let found = examine(&running.database.address()).await.unwrap();
    assert_eq!(found.missing_indexes, ["nodes.unique_names", "limits.ends"]);

    let (code, outcome, said) = doctor(&running.database.address()).await;
    assert_eq!((code, outcome.as_str()), (Some(1), "wrong"), "{said}");
    assert!(said.contains("nodes.unique_names, limits.ends"), "{said}");
    assert!(said.contains("Remove the document `schema` from the collection `meta`"), "{said}");
    database.collection::<Document>("meta").delete_one(doc! { "_id": "schema" }).await.unwrap();
    MongoMetadata::open(&running.database.address()).await.unwrap().close().await;
    assert_eq!(doctor(&running.database.address()).await.0, Some(0));
}

#[tokio::test]
async fn a_schema_of_another_version_is_said_to_be_one() {
    let running = Running::start().await;
    let meta = database(&running).await.collection::<Document>("meta");
    for (version, says) in [(1, "the next start makes"), (99, "A newer version of the server made schema 99")]
    {
        meta.update_one(doc! { "_id": "schema" }, doc! { "$set": { "version": version } }).await.unwrap();
        let (code, outcome, said) = doctor(&running.database.address()).await;
        assert_eq!((code, outcome.as_str()), (Some(0), "doubtful"), "{said}");
        assert!(said.contains(says), "{said}");
    }
    meta.update_one(doc! { "_id": "schema" }, doc! { "$set": { "oldest": 99 } }).await.unwrap();
    let (code, outcome, said) = doctor(&running.database.address()).await;
    assert_eq!((code, outcome.as_str()), (Some(1), "wrong"), "{said}");
    assert!(said.contains("cannot work with"), "{said}");
    let nowhere = "mongodb://127.0.0.1:1/notespot?serverSelectionTimeoutMS=300";
    assert!(matches!(examine(nowhere).await, Err(OpenError::Unreachable { .. })));
}
