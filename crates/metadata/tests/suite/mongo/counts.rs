//! Counting views and downloads, and forgetting tombstones: what is in nobody's way.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use futures_util::future::join_all;
use mongodb::Client;
use mongodb::bson::{Document, Uuid, doc};
use notespot_metadata::changes::{Changes as _, StoredChange};
use notespot_metadata::links::{Links as _, OpenedLink};
use notespot_metadata::mongodb::MongoMetadata;
use notespot_metadata::nodes::{DELETED_AT_ONCE, Nodes as _};
use notespot_metadata::orphans::Orphans as _;
use notespot_metadata::uploads::{Destination, Uploads as _, Wanted};
use notespot_metadata::users::{Profile, Users as _};
use notespot_protocol::{
    ByteCount, ChangesQuery, ChecksumAlgorithm, ClientRef, Node, NodeName, OnConflict, Sha256, Timestamp,
    UserId,
};

use super::database::Database;

async fn user(store: &MongoMetadata, name: &str) -> UserId {
    let id = UserId(name.to_owned());
    let profile = Profile { id: id.clone(), name: name.to_owned(), email: None };
    store.ensure_user(&profile, ByteCount(1_000)).await.unwrap();
    id
}

async fn file(store: &MongoMetadata, owner: &UserId) -> Node {
    let wanted = Wanted {
        client_ref: ClientRef::generate(),
        parent: None,
        name: NodeName::new("a.txt").unwrap(),
        on_conflict: OnConflict::KeepBoth,
        size: ByteCount(1),
        content_type: "text/plain".to_owned(),
        modified_at: None,
    };
    let destination = Destination {
        object_key: ClientRef::generate().0.simple().to_string(),
        multipart_id: None,
        part_bytes: ByteCount(1),
        part_count: 1,
        checksum: ChecksumAlgorithm::Crc64Nvme,
    };
    let upload = store.begin_upload(owner, &wanted, &destination).await.unwrap();
    store.publish_upload(owner, upload.id, Sha256::from_bytes([7; 32])).await.unwrap()
}

#[derive(Clone, Default)]
struct Noted(Arc<Mutex<Vec<Document>>>);

impl Noted {
    async fn store(&self, database: &Database) -> MongoMetadata {
        let noted = self.clone();
        let note = move |command: &Document| noted.0.lock().unwrap().push(command.clone());
        MongoMetadata::open_noting(&database.address(), note).await.unwrap()
    }

    /// Those that were sent since the last time.
    fn take(&self) -> Vec<Document> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// However many open a link, its owner's document and its own are not written to, and no transaction is begun.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counting_is_in_nobodys_way_and_misses_none() {
    const TIMES: u64 = 30;
    let (database, noted) = (Database::new(), Noted::default());
    let store = noted.store(&database).await;
    let ada = user(&store, "ada").await;
    let node = file(&store, &ada).await;
    let slug = store.create_link(&ada, node.id, None).await.unwrap().link.slug;
    noted.take();
    for counted in join_all((0..TIMES).map(|_| store.count_view(&slug))).await {
        counted.unwrap();
    }
    store.count_download(&slug).await.unwrap();
    for command in noted.take() {
        assert!(!command.contains_key("startTransaction"), "{command}");
        if let Ok(collection) = command.get_str("update") {
            assert!(["link_counts", "processes"].contains(&collection), "{command}");
        }
    }

    // A server of the version before counts in the link.
    let raw = Client::with_uri_str(database.address()).await.unwrap().database(database.name());
    let links = raw.collection::<Document>("links");
    links.update_one(doc! {}, doc! { "$inc": { "views": 5_i64, "downloads": 2_i64 } }).await.unwrap();
    let counted = (TIMES + 5, 3);
    let link = store.link(&ada, &slug).await.unwrap();
    assert_eq!((link.views, link.downloads), counted);
    assert_eq!(store.links(&ada, 10).await.unwrap(), std::slice::from_ref(&link));
    assert_eq!(store.create_link(&ada, node.id, None).await.unwrap().link, link);
    let OpenedLink::File { link: opened, .. } = store.open_link(&slug).await.unwrap() else { panic!() };
    assert_eq!(*opened, link);
    let fed = store.changes(&ada, &ChangesQuery::default()).await.unwrap().changes;
    assert!(fed.contains(&StoredChange::Link(link.clone())));
    let listed = store.list_link(&ada, &slug, true, None).await.unwrap();
    assert_eq!((listed.views, listed.downloads), counted);
    let ended = store.end_link(&ada, &slug).await.unwrap();
    assert_eq!((ended.views, ended.downloads), counted);

    let counts = raw.collection::<Document>("link_counts");
    assert_eq!(counts.count_documents(doc! { "owner": "ada" }).await.unwrap(), 1);
    store.erase_user(&ada).await.unwrap();
    store.count_view(&slug).await.unwrap();
    assert_eq!(counts.count_documents(doc! {}).await.unwrap(), 0, "counts go with their owner");
    store.close().await;
}

/// Each transaction is of one owner: nobody waits for what is forgotten of others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tombstones_are_forgotten_owner_by_owner() {
    let (database, noted) = (Database::new(), Noted::default());
    let store = noted.store(&database).await;
    for name in ["olivia", "xavier", "yusuf"] {
        let owner = user(&store, name).await;
        let node = file(&store, &owner).await;
        store.trash_node(&owner, node.id, None).await.unwrap();
        store.delete_node(&owner, node.id).await.unwrap();
    }
    noted.take();
    let later = Timestamp::from_millis(Timestamp::now().as_millis() + 60_000);
    assert_eq!(store.forget_tombstones(later).await.unwrap(), 3);
    let mut of_transactions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for command in noted.take() {
        let Some(number) = command.get("txnNumber") else { continue };
        let transaction = format!("{:?} {number}", command.get("lsid"));
        let owners =
            ["olivia", "xavier", "yusuf"].into_iter().filter(|name| command.to_string().contains(name));
        of_transactions.entry(transaction).or_default().extend(owners.map(str::to_owned));
    }
    assert_eq!(of_transactions.len(), 3, "{of_transactions:?}");
    for owners in of_transactions.values_mut() {
        owners.dedup();
        assert_eq!(owners.len(), 1, "{owners:?}");
    }
    assert_eq!(store.forget_tombstones(later).await.unwrap(), 0);
    store.close().await;
}

/// A file with more versions than one transaction can take away goes in several, and keeps nobody's trash from going.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_with_very_many_versions_goes_in_steps() {
    let database = Database::new();
    let store = MongoMetadata::open(&database.address()).await.unwrap();
    let (ada, eve) = (user(&store, "ada").await, user(&store, "eve").await);
    let (many, one) = (file(&store, &ada).await, file(&store, &eve).await);
    let slug = store.create_link(&ada, many.id, None).await.unwrap().link.slug;
    let raw = Client::with_uri_str(database.address()).await.unwrap().database(database.name());
    let versions = raw.collection::<Document>("versions");
    let version = versions.find_one(doc! { "owner": "ada" }).await.unwrap().unwrap();
    let more: Vec<_> = (0..DELETED_AT_ONCE)
        .map(|_| {
            let mut version = version.clone();
            version.insert("_id", Uuid::from_bytes(ClientRef::generate().0.into_bytes()));
            version.insert("size", 0_i64);
            version
        })
        .collect();
    versions.insert_many(more).await.unwrap();
    store.trash_node(&ada, many.id, None).await.unwrap();
    store.trash_node(&eve, one.id, None).await.unwrap();

    let later = Timestamp::from_millis(Timestamp::now().as_millis() + 60_000);
    let first = store.sweep_trash(later).await.unwrap();
    assert!(first.more && first.deleted == 1, "eve's, and some of ada's versions: {first:?}");
    assert!(store.node(&ada, many.id).await.is_ok() && store.node(&eve, one.id).await.is_err());
    let left = versions.count_documents(doc! { "owner": "ada" }).await.unwrap();
    assert_eq!(left, 1, "what it holds stays with it");
    let asked = store.stored_versions(&ada, &[(many.id, None)]).await.unwrap();
    assert!(asked[0].is_ok(), "{asked:?}");
    let second = store.sweep_trash(later).await.unwrap();
    assert!(!second.more && second.deleted == 1, "{second:?}");
    assert_eq!(versions.count_documents(doc! {}).await.unwrap(), 0);
    assert_eq!(store.user(&ada).await.unwrap().used, ByteCount(0));
    assert!(store.link(&ada, &slug).await.unwrap().ended_at.is_some());
    assert_eq!(store.orphans(Timestamp::now(), 10).await.unwrap().len(), 2);
    store.close().await;
}
