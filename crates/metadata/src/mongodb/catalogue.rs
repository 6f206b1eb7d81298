//! The public catalogue, by keyset: a page costs the same wherever it lies, and whatever is searched for.
//!
//! What is listed is of all owners: a page asks every shard, for an index alone. Nothing else here does.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use async_trait::async_trait;
use mongodb::bson::{Bson, Uuid, doc};
use notespot_protocol::{ByteCount, CatalogueQuery, NodeId, NodeName, Page, Timestamp, UserId};

use super::collections::Collections;
use super::connection::{Connection, Find};
use super::rows::{LinkRow, ListedRow, NodeRow, UserRow};
use super::{MongoMetadata, links, retried, rows, tree};
use crate::Result;
use crate::catalogue::place::{self, LOOKED_AT_MAX, Place};
use crate::catalogue::{Catalogue, CatalogueEntry};
use crate::stored::unreadable;

const DESCRIPTION_MAX_CHARS: usize = 300;

#[async_trait]
impl Catalogue for MongoMetadata {
    async fn catalogue(&self, query: &CatalogueQuery) -> Result<Page<CatalogueEntry>> {
        let after = query.cursor.as_ref().map_or(Ok(Place::start()), Place::of)?;
        retried!(tx = self.transaction(); page(&mut tx, query, &after))
    }
}

async fn page(
    snapshot: &mut Connection,
    query: &CatalogueQuery,
    after: &Place,
) -> Result<Page<CatalogueEntry>> {
    let limit = place::limit(query);
    let words = place::words(query);
    let looked_at = usize::try_from(LOOKED_AT_MAX).unwrap_or(usize::MAX);
    let mut listed = listed(snapshot, after, looked_at + 1).await?;
    let is_more_behind = listed.len() > looked_at;
    listed.truncate(looked_at);
    let last = listed.last().map(place_of);

    let matches = |row: &ListedRow| words.iter().all(|word| row.listed_name.contains(word.as_str()));
    let mut candidates = listed.into_iter().filter(matches).peekable();
    let mut items = Vec::new();
    let mut oldest = Oldest::default();
    while items.len() <= limit && candidates.peek().is_some() {
        let some: Vec<_> = candidates.by_ref().take(limit + 1).collect();
        items.extend(entries(snapshot, some, &mut oldest).await?);
    }
    let next = if items.len() > limit {
        items.truncate(limit);
        items.last().map(Place::behind)
    } else {
        last.filter(|_| is_more_behind)
    };
    Ok(Page { items, next: next.as_ref().map(Place::cursor) })
}

fn place_of(row: &ListedRow) -> Place {
    Place { listed_at: row.listed_at.timestamp_millis(), slug: row.slug.clone() }
}

/// In the order of the list, what lies behind a place: what was listed in the same moment, and then what was
/// before. Each is one range of one index, which holds all of it.
async fn listed(snapshot: &mut Connection, after: &Place, at_most: usize) -> Result<Vec<ListedRow>> {
    let listed_at = rows::time(Timestamp::from_millis(after.listed_at));
    let ranges = [
        doc! { "listed_at": listed_at, "_id": { "$lt": &after.slug } },
        doc! { "listed_at": { "$lt": listed_at } },
    ];
    let mut found = Vec::new();
    for range in ranges {
        let find = Find::new(range)
            .sort(doc! { "listed_at": -1, "_id": -1 })
            .limit(at_most - found.len())
            .fields(&["listed_at", "listed_name", "owner", "node"]);
        found.extend(snapshot.find_as::<LinkRow, ListedRow>(Collections::links, find).await?);
    }
    Ok(found)
}

/// The oldest living links of files, as far as they were asked for.
type Oldest = HashMap<NodeId, Option<String>>;

/// What there is to see of these links. A file with several links is one file: its oldest link has it.
async fn entries(
    snapshot: &mut Connection,
    listed: Vec<ListedRow>,
    oldest: &mut Oldest,
) -> Result<Vec<CatalogueEntry>> {
    let files = living_files(snapshot, &listed).await?;
    let owners = owners(snapshot, &listed).await?;
    let mut entries = Vec::new();
    for ListedRow { slug, owner, node, listed_at, .. } in listed {
        let id = NodeId(rows::uuid(node));
        let (Some(file), Some(user)) = (files.get(&id), owners.get(&owner)) else { continue };
        let first = match oldest.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let living = links::living_links(snapshot, &UserId(owner.clone()), id, Some(1)).await?;
                unknown.insert(living.first().map(|link| link.slug.to_string()))
            }
        };
        if first.as_ref() != Some(&slug) {
            continue;
        }
        let node = file.clone().node()?;
        let Some(content) = node.content else { continue };
        entries.push(CatalogueEntry {
            slug: slug.parse().map_err(unreadable)?,
            listed_at: rows::timestamp(listed_at),
            name: NodeName::clone(&node.name),
            size: ByteCount(content.size.get()),
            content_type: content.content_type,
            description: node.description.chars().take(DESCRIPTION_MAX_CHARS).collect(),
            owner_name: user.public_name(),
        });
    }
    Ok(entries)
}

/// Those of the files that live.
async fn living_files(snapshot: &mut Connection, listed: &[ListedRow]) -> Result<HashMap<NodeId, NodeRow>> {
    let mut of_owners: BTreeMap<&str, HashSet<[u8; 16]>> = BTreeMap::new();
    for row in listed {
        of_owners.entry(&row.owner).or_default().insert(row.node.bytes());
    }
    let mut living = HashMap::new();
    for (owner, nodes) in of_owners {
        let how_many = nodes.len();
        let ids: Vec<Bson> = nodes.into_iter().map(|id| Uuid::from_bytes(id).into()).collect();
        let find = Find::new(doc! { "_id": { "$in": ids }, "owner": owner }).limit(how_many);
        let found: Vec<NodeRow> = snapshot.find(Collections::nodes, find).await?;
        for row in tree::living(snapshot, &UserId(owner.to_owned()), found).await? {
            living.insert(row.node_id(), row);
        }
    }
    Ok(living)
}

/// Their owners, but for those who are being erased.
async fn owners(snapshot: &mut Connection, listed: &[ListedRow]) -> Result<HashMap<String, UserRow>> {
    let ids: HashSet<&str> = listed.iter().map(|row| row.owner.as_str()).collect();
    let how_many = ids.len();
    let ids: Vec<_> = ids.into_iter().collect();
    let filter = doc! { "_id": { "$in": ids }, "erasing": { "$exists": false } };
    let found: Vec<UserRow> = snapshot.find(Collections::users, Find::new(filter).limit(how_many)).await?;
    Ok(found.into_iter().map(|user| (user.id.clone(), user)).collect())
}
