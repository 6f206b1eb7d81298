//! Opening databases that are not as they should be.

use mongodb::bson::{Document, doc};
use notespot_metadata::mongodb::{MongoMetadata, OpenError};
use notespot_metadata::users::{Profile, Quota, Users as _};
use notespot_protocol::{ByteCount, UserId};

use super::Running;

#[tokio::test]
async fn what_is_no_address_is_said_to_be_none_and_its_password_is_not_said() {
    for address in ["", "sqlite", "mongodb://", "http://ada:pa55word@example.org/", "mongodb://ada:pa55word@"]
    {
        let refused = MongoMetadata::open(address).await.unwrap_err();
        assert!(matches!(refused, OpenError::BadAddress), "{address}: {refused:?}");
        assert!(!format!("{refused} {refused:?}").contains("pa55word"));
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_to_be_unreachable_and_its_password_is_not_said() {
    let address = "mongodb://ada:pa55word@127.0.0.1:1/notespot?serverSelectionTimeoutMS=300";
    let refused = MongoMetadata::open(address).await.unwrap_err();
    assert!(matches!(refused, OpenError::Unreachable { .. }), "{refused:?}");
    let mut said = format!("{refused} {refused:?}");
    let mut source: Option<&dyn std::error::Error> = std::error::Error::source(&refused);
    while let Some(error) = source {
        said.push_str(&error.to_string());
        source = error.source();
    }
    assert!(!said.contains("pa55word"), "{said}");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_said_to_be_so_and_one_that_is_compatible_is_opened() {
    let running = Running::start().await;
    let said = format!("{:?}", running.store);
    assert_eq!(said, format!("MongoMetadata {{ database: {:?}, .. }}", running.database.name()));
    let client = mongodb::Client::with_uri_str(running.database.address()).await.unwrap();
    let meta = client.database(running.database.name()).collection::<Document>("meta");
    for (newer, opens) in
        [(doc! { "version": 99, "oldest": 1 }, true), (doc! { "version": 99, "oldest": 99 }, false)]
    {
        meta.update_one(doc! { "_id": "schema" }, doc! { "$set": newer }).await.unwrap();
        let opened = MongoMetadata::open(&running.database.address()).await;
        assert_eq!(opened.is_ok(), opens);
        assert!(opens || matches!(opened, Err(OpenError::Newer)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_setting_that_changed_counts_for_everybody_without_a_quota_of_their_own() {
    let running = Running::start().await;
    let fewer = running.store.clone().with_default_quota(ByteCount(500));
    notespot_metadata::conformance::what_everybody_may_store_follows_the_settings(running.store(), &fewer)
        .await;
}

/// A server of a version before looks at `quota` alone.
#[tokio::test]
async fn a_quota_of_one_s_own_stands_where_servers_before_look() {
    let running = Running::start().await;
    let ada = UserId("ada".to_owned());
    let profile = Profile { id: ada.clone(), name: "Ada".to_owned(), email: None };
    running.store.ensure_user(&profile, ByteCount(1_000)).await.unwrap();
    let client = mongodb::Client::with_uri_str(running.database.address()).await.unwrap();
    let users = client.database(running.database.name()).collection::<Document>("users");
    for (quota, stands) in [(Quota::Own(ByteCount(7)), 7), (Quota::Default(ByteCount(1_000)), 1_000)] {
        running.store.set_quota(&ada, quota).await.unwrap();
        let row = users.find_one(doc! { "_id": "ada" }).await.unwrap().unwrap();
        assert_eq!(row.get_i64("quota").unwrap(), stands);
    }
}

/// Servers that start at once: one migrates, and all wait for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_servers_that_start_at_once_all_find_the_database_up_to_date() {
    let database = super::database::Database::new();
    let address = database.address();
    let opening = (0..4).map(|_| MongoMetadata::open(&address));
    for opened in futures_util::future::join_all(opening).await {
        opened.unwrap();
    }
    let client = mongodb::Client::with_uri_str(&address).await.unwrap();
    let meta = client.database(database.name()).collection::<Document>("meta");
    let schema = meta.find_one(doc! { "_id": "schema" }).await.unwrap().unwrap();
    assert_eq!((schema.get_i32("version").unwrap(), schema.get("lease")), (3, None), "{schema}");
}

/// A server that dies while it migrates holds the others up for its lease, and no longer.
#[tokio::test]
async fn a_migration_that_died_is_taken_over() {
    let running = Running::start().await;
    let client = mongodb::Client::with_uri_str(running.database.address()).await.unwrap();
    let meta = client.database(running.database.name()).collection::<Document>("meta");
    let died = doc! { "version": 0, "lease": {
        "holder": mongodb::bson::Uuid::new(), "ends_at": mongodb::bson::DateTime::from_millis(5),
    } };
    meta.update_one(doc! { "_id": "schema" }, doc! { "$set": died }).await.unwrap();
    MongoMetadata::open(&running.database.address()).await.unwrap();
    let schema = meta.find_one(doc! { "_id": "schema" }).await.unwrap().unwrap();
    assert_eq!(schema.get_i32("version").unwrap(), 3, "{schema}");
}
