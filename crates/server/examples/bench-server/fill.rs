//! People and what they have, written past the API with no server running.

use std::path::Path;
use std::time::Instant;

use notespot_metadata::MetadataStore;
use notespot_metadata::changes::StoredChange;
use notespot_metadata::links::Links as _;
use notespot_metadata::mongodb::MongoMetadata;
use notespot_metadata::sqlite::SqliteMetadata;
use notespot_metadata::sqlite::generated::Shape;
use notespot_metadata::users::Profile;
use notespot_protocol::{
    AccessToken, ByteCount, ChangesQuery, NodeId, Revision, Scope, Timestamp, TokenId, UserId,
};
use notespot_testkit::sha256_of;

use crate::world::{Draw, Owner, SEED, World};

/// Of all owners together, at the least, are known by their ids.
const KNOWN_NODES: u64 = 2000;
const LINKS: u64 = 100;
/// Read at once.
const PAGE: u64 = 10;

/// All nodes of an owner are files of one folder, which is one of them.
pub(crate) async fn sqlite(folder: &Path, owners: u64, nodes: u64) {
    let began = Instant::now();
    let store = SqliteMetadata::open(&folder.join("metadata.db")).await.unwrap();
    let mut people = people(&store, owners).await;
    let ids: Vec<UserId> = people.iter().map(|owner| owner.id.clone()).collect();
    store.generate_each(&ids, nodes, SEED, Shape::Flat).await.unwrap();
    let mut draw = Draw(SEED);
    for owner in &mut people {
        owner.revision = nodes;
        know_some(&store, owner, &mut draw, (KNOWN_NODES / owners).max(PAGE)).await;
        for _ in 0..(LINKS / owners).max(1) {
            let node = *draw.one(&owner.nodes);
            owner.slugs.push(store.create_link(&owner.id, node, None).await.unwrap().link.slug.to_string());
        }
    }
    store.close().await;
    World::of(people).write(folder);
    eprintln!("{owners} owners with {nodes} nodes each: {:.1} s", began.elapsed().as_secs_f64());
}

pub(crate) async fn mongodb(address: &str, folder: &Path, owners: u64) {
    let store = MongoMetadata::open(address).await.unwrap();
    let people = people(&store, owners).await;
    store.close().await;
    World::of(people).write(folder);
}

async fn people(store: &dyn MetadataStore, owners: u64) -> Vec<Owner> {
    let mut people = Vec::new();
    for number in 0..owners {
        let id = UserId(format!("user_{number:06}"));
        let email = Some(format!("person{number}@example.org"));
        let profile = Profile { id: id.clone(), name: format!("Person {number}"), email };
        store.ensure_user(&profile, ByteCount(1 << 50)).await.unwrap();
        // As the server makes them, but the same in each run.
        let secret = format!("nsp_{}", sha256_of(format!("{SEED} {number}").as_bytes()));
        let token = AccessToken {
            id: TokenId::generate(),
            name: "bench".into(),
            scopes: vec![Scope::Read, Scope::Upload, Scope::Manage],
            created_at: Timestamp::now(),
            ends_at: None,
            used_at: None,
        };
        let hash = sha256_of(secret.as_bytes());
        store.add_token(&id, &token, hash).await.unwrap();
        // Noted at the first use in an hour: not while somebody measures.
        store.token_by_hash(hash, Timestamp::now()).await.unwrap();
        people.push(Owner {
            id,
            token: secret,
            folder: None,
            nodes: Vec::new(),
            slugs: Vec::new(),
            revision: 0,
        });
    }
    people
}

/// Files of the owner from all over the folder; no texts, whose pages show their content: there is none.
async fn know_some(store: &SqliteMetadata, owner: &mut Owner, draw: &mut Draw, how_many: u64) {
    use notespot_metadata::changes::Changes as _;

    while (owner.nodes.len() as u64) < how_many {
        let since = Revision(draw.below(owner.revision - PAGE));
        let limit = u32::try_from(PAGE).ok();
        let query = ChangesQuery { since, limit, ..ChangesQuery::default() };
        for change in store.changes(&owner.id, &query).await.unwrap().changes {
            let StoredChange::Node(node) = change else { continue };
            let Some(content) = &node.content else { continue };
            if !content.content_type.starts_with("text/") {
                owner.folder = node.parent;
                owner.nodes.push(node.id);
            }
        }
    }
    owner.nodes.sort_by_key(|NodeId(id)| *id);
    owner.nodes.dedup();
}
