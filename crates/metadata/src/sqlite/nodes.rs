//! Files and folders: making, changing, trashing, deleting.

use async_trait::async_trait;
use notespot_protocol::{
    NewFolder, Node, NodeId, NodeKind, NodeName, NodePatch, NodesQuery, OnConflict, Page, Revision,
    Timestamp, UserId, VersionId,
};
use sqlx::Row as _;

use super::names::{self, Siblings};
use super::{Connection, SqliteMetadata, listing, orphans, revisions, rows, stored_versions, tree};
use crate::nodes::{Nodes, StoredVersion};
use crate::{MetadataError, Result};

#[async_trait]
impl Nodes for SqliteMetadata {
    async fn node(&self, owner: &UserId, id: NodeId) -> Result<Node> {
        let mut reader = self.readers.acquire().await?;
        tree::node(&mut reader, owner, id).await
    }

    async fn list_nodes(&self, owner: &UserId, query: &NodesQuery) -> Result<Page<Node>> {
        let mut snapshot = self.snapshot().await?;
        listing::page(&mut snapshot, owner, query).await
    }

    async fn create_folder(&self, owner: &UserId, folder: &NewFolder) -> Result<Node> {
        let mut tx = self.write().await?;
        if let Some(made) = by_client_ref(&mut tx, owner, folder).await? {
            return Ok(made);
        }
        tree::require_parent(&mut tx, owner, folder.parent).await?;
        let siblings = Siblings { owner, parent: folder.parent, except: None };
        if folder.reuse
            && let Some((id, NodeKind::Folder)) = siblings.holder(&mut tx, &folder.name).await?
        {
            return tree::node(&mut tx, owner, id).await;
        }
        let name = siblings.free_name(&mut tx, &folder.name, folder.on_conflict).await?;
        let id = NodeId::generate();
        let revision = revisions::next(&mut tx, owner).await?;
        sqlx::query(
            "INSERT INTO nodes (id, owner, parent, kind, name, unique_key, sort_key, created_at, modified_at, \
             revision, client_ref) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10)",
        )
        .bind(rows::key(id.0))
        .bind(&owner.0)
        .bind(rows::parent_key(folder.parent))
        .bind(rows::FOLDER)
        .bind(name.as_str())
        .bind(name.unique_key())
        .bind(names::sort_key(&name))
        .bind(Timestamp::now().as_millis())
        .bind(rows::integer(revision.0))
        .bind(rows::key(folder.client_ref.0))
        .execute(&mut *tx)
        .await?;
        let node = tree::node(&mut tx, owner, id).await?;
        tx.commit().await?;
        Ok(node)
    }

    async fn edit_node(
        &self,
        owner: &UserId,
        id: NodeId,
        patch: &NodePatch,
        if_match: Option<Revision>,
    ) -> Result<Node> {
        let mut tx = self.write().await?;
        let before = current(&mut tx, owner, id, if_match).await?;
        let parent = patch.parent.unwrap_or(before.parent);
        if parent != before.parent {
            tree::require_parent(&mut tx, owner, parent).await?;
            if let Some(folder) = parent
                && tree::is_inside(&mut tx, folder, id).await?
            {
                return Err(MetadataError::WouldMakeCycle);
            }
        }
        let mut after = Node { parent, ..before.clone() };
        after.name = new_name(&mut tx, owner, &before, patch).await?;
        after.description = patch.description.clone().unwrap_or(after.description);
        after.tags = patch.tags.clone().unwrap_or(after.tags);
        if after == before {
            return Ok(before);
        }
        after.modified_at = Timestamp::now();
        let saved = save(&mut tx, owner, after).await?;
        tx.commit().await?;
        Ok(saved)
    }

    async fn trash_node(&self, owner: &UserId, id: NodeId, if_match: Option<Revision>) -> Result<Node> {
        let mut tx = self.write().await?;
        let before = current(&mut tx, owner, id, if_match).await?;
        if before.trashed_at.is_some() {
            return Ok(before);
        }
        let saved = save(&mut tx, owner, Node { trashed_at: Some(Timestamp::now()), ..before }).await?;
        tx.commit().await?;
        Ok(saved)
    }

    async fn restore_node(&self, owner: &UserId, id: NodeId, if_match: Option<Revision>) -> Result<Node> {
        let mut tx = self.write().await?;
        let before = current(&mut tx, owner, id, if_match).await?;
        if before.trashed_at.is_none() {
            return Ok(before);
        }
        let parent = tree::parent_or_top(&mut tx, owner, before.parent).await?;
        let siblings = Siblings { owner, parent, except: Some(id) };
        let name = siblings.free_name(&mut tx, &before.name, OnConflict::KeepBoth).await?;
        let saved = save(&mut tx, owner, Node { parent, name, trashed_at: None, ..before }).await?;
        tx.commit().await?;
        Ok(saved)
    }

    async fn delete_node(&self, owner: &UserId, id: NodeId) -> Result<()> {
        let mut tx = self.write().await?;
        if tree::node(&mut tx, owner, id).await?.trashed_at.is_none() && tree::lives(&mut tx, id).await? {
            return Err(MetadataError::WrongKind);
        }
        let mut gone = tree::whole_tree(&mut tx, id).await?;
        // What lies deepest goes first: a reader of the feed never sees a child without its folder.
        gone.reverse();
        let (first, _) = revisions::next_many(&mut tx, owner, gone.len() as u64).await?;
        let mut freed = 0;
        for (revision, id) in (first.0..).map(Revision).zip(&gone) {
            freed += delete_one(&mut tx, owner, *id, revision).await?;
        }
        for id in gone {
            end_link(&mut tx, owner, id).await?;
        }
        add_usage(&mut tx, owner, -freed).await?;
        Ok(tx.commit().await?)
    }

    async fn stored_versions(
        &self,
        owner: &UserId,
        asked: &[(NodeId, Option<VersionId>)],
    ) -> Result<Vec<Result<(Node, StoredVersion)>>> {
        stored_versions::all(&mut *self.snapshot().await?, owner, asked).await
    }
}

/// The node, if it is at the revision that the caller knows.
async fn current(
    tx: &mut Connection,
    owner: &UserId,
    id: NodeId,
    if_match: Option<Revision>,
) -> Result<Node> {
    let node = tree::node(tx, owner, id).await?;
    match if_match {
        Some(known) if known != node.revision => Err(MetadataError::Stale { current: node.revision }),
        _ => Ok(node),
    }
}

/// The name after the patch. In the trash, names are in nobody's way.
async fn new_name(tx: &mut Connection, owner: &UserId, before: &Node, patch: &NodePatch) -> Result<NodeName> {
    let parent = patch.parent.unwrap_or(before.parent);
    let wanted = patch.name.as_ref().unwrap_or(&before.name);
    if before.trashed_at.is_some() || (wanted == &before.name && parent == before.parent) {
        return Ok(wanted.clone());
    }
    Siblings { owner, parent, except: Some(before.id) }.free_name(tx, wanted, patch.on_conflict).await
}

/// Writes a node that exists, at the owner's next revision.
async fn save(tx: &mut Connection, owner: &UserId, node: Node) -> Result<Node> {
    let revision = revisions::next(tx, owner).await?;
    sqlx::query(
        "UPDATE nodes SET parent = ?2, name = ?3, unique_key = ?4, sort_key = ?5, description = ?6, tags = ?7, \
         modified_at = ?8, trashed_at = ?9, revision = ?10 WHERE id = ?1",
    )
    .bind(rows::key(node.id.0))
    .bind(rows::parent_key(node.parent))
    .bind(node.name.as_str())
    .bind(node.name.unique_key())
    .bind(names::sort_key(&node.name))
    .bind(&node.description)
    .bind(serde_json::to_string(&node.tags).map_err(rows::unreadable)?)
    .bind(node.modified_at.as_millis())
    .bind(node.trashed_at.map(Timestamp::as_millis))
    .bind(rows::integer(revision.0))
    .execute(tx)
    .await?;
    Ok(Node { revision, ..node })
}

async fn by_client_ref(tx: &mut Connection, owner: &UserId, folder: &NewFolder) -> Result<Option<Node>> {
    let row = sqlx::QueryBuilder::new(rows::NODES)
        .push("WHERE n.owner = ")
        .push_bind(&owner.0)
        .push(" AND n.client_ref = ")
        .push_bind(rows::key(folder.client_ref.0))
        .build()
        .fetch_optional(tx)
        .await?;
    row.as_ref().map(rows::node).transpose()
}

/// Deletes one node, and gives how many bytes that frees.
async fn delete_one(tx: &mut Connection, owner: &UserId, id: NodeId, revision: Revision) -> Result<i64> {
    let versions = sqlx::query("SELECT object_key, size FROM versions WHERE node = ?1")
        .bind(rows::key(id.0))
        .fetch_all(&mut *tx)
        .await?;
    // Its versions go with it: what no other version names is an orphan then.
    sqlx::query("DELETE FROM nodes WHERE id = ?1").bind(rows::key(id.0)).execute(&mut *tx).await?;
    let mut freed = 0;
    for version in &versions {
        orphans::add(tx, version.try_get("object_key")?, None).await?;
        freed += version.try_get::<i64, _>("size")?;
    }
    sqlx::query("INSERT INTO tombstones (owner, revision, node) VALUES (?1, ?2, ?3)")
        .bind(&owner.0)
        .bind(rows::integer(revision.0))
        .bind(rows::key(id.0))
        .execute(tx)
        .await?;
    Ok(freed)
}

/// Ends the link of a node that is gone, if it has one. That is a change of its own.
async fn end_link(tx: &mut Connection, owner: &UserId, node: NodeId) -> Result<()> {
    let slug: Option<String> =
        sqlx::query_scalar("SELECT slug FROM links WHERE node = ?1 AND ended_at IS NULL")
            .bind(rows::key(node.0))
            .fetch_optional(&mut *tx)
            .await?;
    let Some(slug) = slug else { return Ok(()) };
    let revision = revisions::next(tx, owner).await?;
    sqlx::query("UPDATE links SET ended_at = ?2, revision = ?3 WHERE slug = ?1")
        .bind(slug)
        .bind(Timestamp::now().as_millis())
        .bind(rows::integer(revision.0))
        .execute(tx)
        .await?;
    Ok(())
}

/// Adds to what the owner uses. Usage counts every version, in the trash too, and in full where it shares its
/// object: what people see of their files adds up, and does not jump when one of two goes.
async fn add_usage(tx: &mut Connection, owner: &UserId, bytes: i64) -> Result<()> {
    sqlx::query("UPDATE users SET used = used + ?2 WHERE id = ?1")
        .bind(&owner.0)
        .bind(bytes)
        .execute(tx)
        .await?;
    Ok(())
}
