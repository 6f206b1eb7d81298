//! Public links.
//!
//! A link stands with its owner's other things. Whose a slug is, another collection knows by the slug alone: so
//! each of the two steps to an open link is one shard's, and a slug is nobody else's anywhere.

use std::collections::HashSet;

use async_trait::async_trait;
use mongodb::bson::{Bson, DateTime, Document, doc};
use notespot_protocol::{NodeId, NodeKind, NodeName, Revision, Slug, Timestamp, UserId};

use super::collections::Collections;
use super::connection::{AT_ONCE, Connection, Find};
use super::rows::{LinkRow, NodeRow, SlugRow, UserRow};
use super::{MongoMetadata, Mutation, failure, retried, rows, tree};
use crate::links::{GivenLink, Links, OpenedLink, StoredLink};
use crate::stored::{integer, kind};
use crate::{MetadataError, Result, naming};

#[async_trait]
impl Links for MongoMetadata {
    async fn create_link(&self, owner: &UserId, node: NodeId, slug: Option<Slug>) -> Result<GivenLink> {
        let GivenLink { link, made } =
            retried!(tx = self.change(owner); create(&mut tx, node, slug.as_ref()))?;
        Ok(GivenLink { link: self.counted(link).await?, made })
    }

    async fn link(&self, owner: &UserId, slug: &Slug) -> Result<StoredLink> {
        self.counted(own(&mut self.reader(), owner, slug).await?).await
    }

    async fn links(&self, owner: &UserId, limit: u32) -> Result<Vec<StoredLink>> {
        let find = Find::new(doc! { "owner": &owner.0, "living": true })
            .sort(doc! { "created_at": -1 })
            .limit(limit as usize);
        let found = self.reader().find(Collections::links, find).await?;
        let mut links: Vec<_> = found.into_iter().map(LinkRow::link).collect::<Result<_>>()?;
        self.add_counts(owner, &mut links).await?;
        Ok(links)
    }

    async fn shared_among(&self, owner: &UserId, nodes: &[NodeId]) -> Result<HashSet<NodeId>> {
        shared(&mut self.reader(), owner, nodes).await
    }

    async fn end_link(&self, owner: &UserId, slug: &Slug) -> Result<StoredLink> {
        let link = retried!(tx = self.change(owner); end(&mut tx, slug))?;
        self.counted(link).await
    }

    async fn list_link(
        &self,
        owner: &UserId,
        slug: &Slug,
        listed: bool,
        if_match: Option<Revision>,
    ) -> Result<StoredLink> {
        let link = retried!(tx = self.change(owner); list(&mut tx, slug, listed, if_match))?;
        self.counted(link).await
    }

    async fn open_link(&self, slug: &Slug) -> Result<OpenedLink> {
        let mut opened = retried!(tx = self.transaction(); open(&mut tx, slug))?;
        if let OpenedLink::File { link, .. } = &mut opened {
            let owner = link.owner.clone();
            self.add_counts(&owner, [&mut **link]).await?;
        }
        Ok(opened)
    }

    async fn count_view(&self, slug: &Slug) -> Result<()> {
        self.count(slug, "views").await
    }

    async fn count_download(&self, slug: &Slug) -> Result<()> {
        self.count(slug, "downloads").await
    }
}

async fn create(tx: &mut Mutation<'_>, node: NodeId, slug: Option<&Slug>) -> Result<GivenLink> {
    let owner = tx.owner();
    let file = tree::node(tx, owner, node).await?;
    if file.kind != NodeKind::File {
        return Err(MetadataError::WrongKind);
    }
    if !tree::lives(tx, owner, node).await? {
        return Err(MetadataError::NotFound);
    }
    if let Some(slug) = slug
        && let Some(known) = owner_of(tx, slug).await?
    {
        let known = if known == *owner { own(tx, owner, slug).await.ok() } else { None };
        let known = known.filter(|known| known.node == node);
        return known.map(GivenLink::known).ok_or(MetadataError::SlugTaken);
    }
    let oldest = living_links(tx, owner, node, Some(1)).await?.into_iter().next();
    if slug.is_none()
        && let Some(oldest) = oldest
    {
        return Ok(GivenLink::known(oldest));
    }
    let link = StoredLink {
        slug: slug.cloned().unwrap_or_else(Slug::generate),
        owner: owner.clone(),
        node,
        created_at: Timestamp::now(),
        ended_at: None,
        views: 0,
        downloads: 0,
        listed: oldest.is_some_and(|oldest| oldest.listed),
        revision: tx.next_revision(),
    };
    let row = SlugRow { slug: link.slug.to_string(), owner: owner.0.clone() };
    match tx.insert(Collections::slugs, &[row]).await {
        // Somebody else took it in this moment.
        Err(error) if failure::is_duplicate(&error) => return Err(MetadataError::SlugTaken),
        inserted => inserted?,
    }
    let listed_name = link.listed.then(|| naming::searched(&file.name));
    tx.insert(Collections::links, &[LinkRow::new(&link, listed_name)]).await?;
    Ok(GivenLink { link, made: true })
}

async fn shared(connection: &mut Connection, owner: &UserId, nodes: &[NodeId]) -> Result<HashSet<NodeId>> {
    let living =
        Find::new(doc! { "owner": &owner.0, "living": true }).sort(doc! { "created_at": -1 }).limit(1);
    let mut shared = HashSet::new();
    if connection.find(Collections::links, living).await?.is_empty() {
        return Ok(shared);
    }
    for some in nodes.chunks(AT_ONCE) {
        let these = doc! { "_id": rows::any_of(some), "owner": &owner.0 };
        let found = connection.find(Collections::nodes, Find::new(these).limit(some.len())).await?;
        let folder = kind(NodeKind::Folder);
        shared.extend(found.iter().filter(|row| row.kind == folder).map(NodeRow::node_id));
        let of_them = doc! { "owner": &owner.0, "node": rows::any_of(some), "living": true };
        let of_files = connection.different(Collections::links, of_them, "node").await?;
        shared.extend(of_files.iter().filter_map(node_of));
    }
    Ok(shared)
}

fn node_of(value: &Bson) -> Option<NodeId> {
    match value {
        Bson::Binary(binary) => binary.to_uuid().ok().map(|id| NodeId(rows::uuid(id))),
        _ => None,
    }
}

async fn end(tx: &mut Mutation<'_>, slug: &Slug) -> Result<StoredLink> {
    let owner = tx.owner();
    let before = own(tx, owner, slug).await?;
    if before.ended_at.is_some() {
        return Ok(before);
    }
    let mut asked_for = before.clone();
    let mut updates = Vec::new();
    for living in living_links(tx, owner, before.node, None).await? {
        let now = Timestamp::now();
        let ended = StoredLink { ended_at: Some(now), revision: tx.next_revision(), ..living };
        let update = ending(integer(ended.revision.0), rows::time(now));
        updates.push((named(owner, &ended.slug), update));
        if ended.slug == *slug {
            asked_for = ended;
        }
    }
    tx.update_each(Collections::links, updates).await?;
    Ok(asked_for)
}

/// Takes a link out of everything that holds living ones.
pub(super) fn ending(revision: i64, now: DateTime) -> Document {
    doc! {
        "$set": { "ended_at": now, "revision": revision },
        "$unset": { "living": "", "listed_at": "", "listed_name": "" },
    }
}

async fn list(
    tx: &mut Mutation<'_>,
    slug: &Slug,
    listed: bool,
    if_match: Option<Revision>,
) -> Result<StoredLink> {
    let owner = tx.owner();
    let before = own(tx, owner, slug).await?;
    if if_match.is_some_and(|known| known != before.revision) {
        return Err(MetadataError::Stale { current: before.revision });
    }
    if before.ended_at.is_some() {
        return Err(MetadataError::LinkEnded);
    }
    if listed && !tree::lives(tx, owner, before.node).await? {
        return Err(MetadataError::NotFound);
    }
    let name = naming::searched(&tree::node(tx, owner, before.node).await?.name);
    let mut asked_for = before.clone();
    let mut updates = Vec::new();
    for living in living_links(tx, owner, before.node, None).await? {
        if living.listed == listed {
            continue;
        }
        let revision = tx.next_revision();
        updates.push((named(owner, &living.slug), listing(listed.then_some(&name), revision)));
        if living.slug == *slug {
            asked_for = StoredLink { listed, revision, ..living };
        }
    }
    tx.update_each(Collections::links, updates).await?;
    Ok(asked_for)
}

/// Lists a link under its file's name, or takes it out.
fn listing(name: Option<&String>, revision: Revision) -> Document {
    let revision = integer(revision.0);
    if let Some(name) = name {
        return doc! { "$set": {
            "listed": true, "listed_at": DateTime::now(), "listed_name": name, "revision": revision,
        } };
    }
    doc! {
        "$set": { "listed": false, "revision": revision },
        "$unset": { "listed_at": "", "listed_name": "" },
    }
}

async fn open(tx: &mut Connection, slug: &Slug) -> Result<OpenedLink> {
    let owner = owner_of(tx, slug).await?.ok_or(MetadataError::NotFound)?;
    let link = own(tx, &owner, slug).await?;
    // Who is being erased opens nothing.
    let user = tx.find_one(Collections::users, UserRow::named(&owner)).await?;
    let user = user.ok_or(MetadataError::NotFound)?;
    if link.ended_at.is_some() || !tree::lives(tx, &owner, link.node).await? {
        return Ok(OpenedLink::Ended);
    }
    let Some(row) = tree::row(tx, &owner, link.node).await? else { return Ok(OpenedLink::Ended) };
    let Some(content) = &row.content else { return Ok(OpenedLink::Ended) };
    let current = doc! { "_id": content.version, "owner": &owner.0 };
    let version = tx.find_one(Collections::versions, current).await?.ok_or(MetadataError::NotFound)?;
    Ok(OpenedLink::File {
        link: Box::new(link),
        node: Box::new(row.node()?),
        version: Box::new(version.stored()?),
        owner_name: user.public_name(),
    })
}

/// Whose a slug is.
pub(super) async fn owner_of(connection: &mut Connection, slug: &Slug) -> Result<Option<UserId>> {
    let row = connection.find_one(Collections::slugs, doc! { "_id": slug.as_str() }).await?;
    Ok(row.map(|row| UserId(row.owner)))
}

async fn own(connection: &mut Connection, owner: &UserId, slug: &Slug) -> Result<StoredLink> {
    let row = connection.find_one(Collections::links, named(owner, slug)).await?;
    row.ok_or(MetadataError::NotFound)?.link()
}

pub(super) fn named(owner: &UserId, slug: &Slug) -> Document {
    doc! { "_id": slug.as_str(), "owner": &owner.0 }
}

/// The oldest first: that is the one that people get to see.
pub(super) async fn living_links(
    connection: &mut Connection,
    owner: &UserId,
    node: NodeId,
    at_most: Option<usize>,
) -> Result<Vec<StoredLink>> {
    let filter = doc! { "owner": &owner.0, "node": rows::id(node.0), "living": true };
    let find = Find::new(filter).sort(doc! { "created_at": 1, "_id": 1 });
    let find = if let Some(at_most) = at_most { find.limit(at_most) } else { find };
    let found = connection.find(Collections::links, find).await?;
    found.into_iter().map(LinkRow::link).collect()
}

/// The catalogue finds a file by the name that it has now.
pub(super) async fn follow_name(
    tx: &mut Connection,
    owner: &UserId,
    node: NodeId,
    name: &NodeName,
) -> Result<()> {
    let filter = doc! { "owner": &owner.0, "node": rows::id(node.0), "living": true, "listed_at": { "$exists": true } };
    let update = doc! { "$set": { "listed_name": naming::searched(name) } };
    tx.update_many(Collections::links, filter, update).await.map(drop)
}
