//! Taking in what the server says.

use notespot_protocol::{ChangeKind, ChangesPage, Node, NodeId, NodeKind, PublicLink, Revision, Timestamp};
use sqlx::SqliteConnection;

use super::{Library, LibraryError, name_order, rows};

impl Library {
    /// Takes in one page, with its revision, in one transaction: after a crash, the page is in or
    /// it comes again. True when anything is different now.
    pub(crate) async fn apply_page(&self, page: &ChangesPage) -> Result<bool, LibraryError> {
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let mut changed = false;
        for change in &page.changes {
            changed |= match &change.kind {
                ChangeKind::Node { node } => put_node(&mut tx, node).await?,
                ChangeKind::NodeDeleted { id } => delete_node(&mut tx, *id).await?,
                ChangeKind::Link { link } => put_link(&mut tx, link).await?,
            };
        }
        sqlx::query("UPDATE progress SET revision = max(revision, ?1)")
            .bind(rows::integer(page.revision.0))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// Takes in the answer to a call of our own, ahead of the change feed. One that the feed has
    /// overtaken already says nothing new, and must not bring back what was deleted since.
    pub(crate) async fn apply_nodes(&self, nodes: &[Node]) -> Result<bool, LibraryError> {
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let reached = reached(&mut tx).await?;
        let mut changed = false;
        for node in nodes.iter().filter(|node| node.revision > reached) {
            changed |= put_node(&mut tx, node).await?;
        }
        tx.commit().await?;
        Ok(changed)
    }

    /// Takes in a public link: a newer revision, or the same one with newer counters.
    pub(crate) async fn apply_link(&self, link: &PublicLink) -> Result<bool, LibraryError> {
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let changed = put_link(&mut tx, link).await?;
        tx.commit().await?;
        Ok(changed)
    }
}

async fn reached(tx: &mut SqliteConnection) -> Result<Revision, LibraryError> {
    let revision: i64 = sqlx::query_scalar("SELECT revision FROM progress").fetch_one(tx).await?;
    Ok(Revision(revision.unsigned_abs()))
}

async fn put_node(tx: &mut SqliteConnection, node: &Node) -> Result<bool, LibraryError> {
    let search = name_order::folded(&format!("{}\n{}", node.name, node.description));
    let size = node.content.as_ref().map_or(0, |content| content.size.get());
    let done = sqlx::query(
        "INSERT INTO nodes (id, parent, kind, sort_key, search, size, modified_at, trashed_at, revision, json) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (id) DO UPDATE SET parent = ?2, \
         kind = ?3, sort_key = ?4, search = ?5, size = ?6, modified_at = ?7, trashed_at = ?8, revision = ?9, \
         json = ?10 WHERE excluded.revision > nodes.revision",
    )
    .bind(rows::key(node.id))
    .bind(node.parent.map(rows::key))
    .bind(i64::from(node.kind == NodeKind::File))
    .bind(name_order::sort_key(node.name.as_str()))
    .bind(search)
    .bind(rows::integer(size))
    .bind(node.modified_at.as_millis())
    .bind(node.trashed_at.map(Timestamp::as_millis))
    .bind(rows::integer(node.revision.0))
    .bind(rows::to_json(node)?)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

async fn delete_node(tx: &mut SqliteConnection, id: NodeId) -> Result<bool, LibraryError> {
    let done = sqlx::query("DELETE FROM nodes WHERE id = ?1").bind(rows::key(id)).execute(&mut *tx).await?;
    sqlx::query("DELETE FROM links WHERE node = ?1").bind(rows::key(id)).execute(tx).await?;
    Ok(done.rows_affected() > 0)
}

async fn put_link(tx: &mut SqliteConnection, link: &PublicLink) -> Result<bool, LibraryError> {
    let done = sqlx::query(
        "INSERT INTO links (slug, node, living, revision, json) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (slug) DO UPDATE SET living = ?3, revision = ?4, json = ?5 \
         WHERE excluded.revision > links.revision \
         OR (excluded.revision = links.revision AND excluded.json <> links.json)",
    )
    .bind(link.slug.as_str())
    .bind(rows::key(link.node))
    .bind(i64::from(link.ended_at.is_none()))
    .bind(rows::integer(link.revision.0))
    .bind(rows::to_json(link)?)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() > 0)
}
