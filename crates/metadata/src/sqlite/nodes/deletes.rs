//! Deleting for ever: the deepest first, and never more at once than others can wait for.

use std::collections::{BTreeMap, HashSet};

use notespot_protocol::{EmptiedTrash, NodeAt, NodeId, NodeKind, Revision, Timestamp, UserId};
use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::super::{Connection, Mutation, alone, orphans, revisions, rows, tree};
use super::current;
use crate::{MetadataError, Result};

/// How many are named in one statement.
const NAMED_AT_ONCE: usize = 1000;
/// How many expired roots of trees are looked at in one step of the sweeper.
const DUE_AT_ONCE: usize = 1000;

/// Deletes the first of these trees, as far as `at_most` nodes go: the outcomes of those that are done. The
/// next step goes on with the others, of which one may have become smaller.
pub(super) async fn some_of(
    tx: &mut Mutation<'_>,
    nodes: &[NodeAt],
    at_most: usize,
) -> Result<Vec<Result<()>>> {
    let mut gone = Gone::at_most(at_most);
    let mut outcomes = Vec::new();
    for node in nodes {
        if gone.left == 0 {
            break;
        }
        match alone(gone.take(tx, *node).await)? {
            Ok(true) => outcomes.push(Ok(())),
            Ok(false) => break,
            Err(refused) => outcomes.push(Err(refused)),
        }
    }
    bury(tx, &gone.ids).await?;
    Ok(outcomes)
}

/// Deletes what the owner has in the trash, as far as `at_most` nodes go.
pub(super) async fn some_trash(tx: &mut Mutation<'_>, at_most: usize) -> Result<EmptiedTrash> {
    let owner = tx.owner();
    let mut gone = Gone::at_most(at_most);
    for kind in [rows::FILE, rows::FOLDER] {
        let trashed = sqlx::query(
            "SELECT id, kind FROM nodes WHERE owner = ?1 AND kind = ?2 AND trashed_at IS NOT NULL LIMIT ?3",
        )
        .bind(&owner.0)
        .bind(kind)
        .bind(rows::integer(gone.left as u64))
        .fetch_all(&mut **tx)
        .await?;
        gone.take_roots(tx, &roots(&trashed)?).await?;
    }
    bury(tx, &gone.ids).await?;
    let more = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM nodes WHERE owner = ?1 AND kind IN (0, 1) AND trashed_at IS NOT NULL)",
    )
    .bind(&owner.0)
    .fetch_one(&mut **tx)
    .await?;
    Ok(EmptiedTrash { deleted: u32::try_from(gone.ids.len()).unwrap_or(u32::MAX), more })
}

/// What has been in the trash for long.
pub(super) struct Due {
    pub(super) of_owners: BTreeMap<UserId, Vec<NodeId>>,
    /// Whether there is more than this.
    pub(super) more: bool,
}

/// What was moved to the trash before `before`, the oldest first.
pub(super) async fn due(reader: &mut Connection, before: Timestamp) -> Result<Due> {
    let found = sqlx::query("SELECT owner, id FROM nodes WHERE trashed_at < ?1 ORDER BY trashed_at LIMIT ?2")
        .bind(before.as_millis())
        .bind(rows::integer(DUE_AT_ONCE as u64))
        .fetch_all(reader)
        .await?;
    let mut of_owners: BTreeMap<UserId, Vec<NodeId>> = BTreeMap::new();
    for row in &found {
        of_owners.entry(UserId(row.try_get(0)?)).or_default().push(NodeId(rows::uuid(row, 1)?));
    }
    Ok(Due { of_owners, more: found.len() == DUE_AT_ONCE })
}

/// Deletes those that are in the trash still, as far as `at_most` nodes go: how many nodes went.
pub(super) async fn still_due(
    tx: &mut Mutation<'_>,
    ids: &[NodeId],
    before: Timestamp,
    at_most: usize,
) -> Result<usize> {
    // By id alone: with an index of the trash, SQLite may read all of it.
    let mut select = QueryBuilder::new("SELECT id, kind FROM nodes WHERE +owner = ");
    select.push_bind(&tx.owner().0).push(" AND +trashed_at < ").push_bind(before.as_millis());
    push_ids(select.push(" AND id IN "), ids);
    let found = select.build().persistent(false).fetch_all(&mut **tx).await?;
    let mut gone = Gone::at_most(at_most);
    gone.take_roots(tx, &roots(&found)?).await?;
    bury(tx, &gone.ids).await?;
    Ok(gone.ids.len())
}

/// Of rows that have an id and a kind.
fn roots(found: &[sqlx::sqlite::SqliteRow]) -> Result<Vec<(NodeId, NodeKind)>> {
    let root = |row| Ok((NodeId(rows::uuid(row, 0)?), rows::kind(row, 1)?));
    found.iter().map(root).collect()
}

/// What goes in this transaction. Memory: two ids for each.
struct Gone {
    /// What lies in a folder before the folder.
    ids: Vec<NodeId>,
    /// The same. What is in the trash by itself may also lie in a folder that goes.
    known: HashSet<NodeId>,
    /// How many more may go.
    left: usize,
}

impl Gone {
    fn at_most(nodes: usize) -> Self {
        Self { ids: Vec::new(), known: HashSet::new(), left: nodes }
    }

    fn add(&mut self, id: NodeId) {
        if self.known.insert(id) {
            self.ids.push(id);
            self.left -= 1;
        }
    }

    /// Takes a node that may go, with what lies in it: true when that was all of it.
    async fn take(&mut self, tx: &mut Mutation<'_>, NodeAt { id, if_match }: NodeAt) -> Result<bool> {
        if self.known.contains(&id) {
            return Err(MetadataError::NotFound);
        }
        let owner = tx.owner();
        let node = current(tx, owner, id, if_match).await?;
        if node.trashed_at.is_none() && tree::lives(tx, id).await? {
            return Err(MetadataError::WrongKind);
        }
        self.take_tree(tx, id, node.kind).await
    }

    /// Takes trees one after the other, while there is room.
    async fn take_roots(&mut self, tx: &mut Connection, roots: &[(NodeId, NodeKind)]) -> Result<()> {
        for (id, kind) in roots {
            if self.left == 0 || !self.take_tree(tx, *id, *kind).await? {
                break;
            }
        }
        Ok(())
    }

    async fn take_tree(&mut self, tx: &mut Connection, id: NodeId, kind: NodeKind) -> Result<bool> {
        if kind == NodeKind::File {
            self.add(id);
            return Ok(true);
        }
        let deepest = deepest_of(tx, id, self.left).await?;
        let is_all = deepest.last() == Some(&id);
        for id in deepest {
            self.add(id);
        }
        Ok(is_all)
    }
}

/// The first `at_most` nodes of a tree, with its root the last of all, in an order in which whatever lies in a
/// folder comes before it.
///
/// Walks from each node to its first child, and where there is none to its next sibling, or else up: the cost is
/// that of the nodes found and of the way down to the first of them, however wide or deep the tree may be. `at`
/// is the row of the node that was come to; its negative, when all that lies in it was passed.
async fn deepest_of(tx: &mut Connection, root: NodeId, at_most: usize) -> Result<Vec<NodeId>> {
    let found = sqlx::query(
        "WITH RECURSIVE walk (at, passed) AS (\
             SELECT rowid, 0 FROM nodes WHERE id = ?1 \
             UNION ALL SELECT CASE WHEN walk.at > 0 \
                 THEN coalesce((SELECT min(c.rowid) FROM nodes c WHERE c.parent = here.id), -walk.at) \
                 ELSE coalesce(\
                     (SELECT min(s.rowid) FROM nodes s WHERE s.parent = here.parent AND s.rowid > -walk.at), \
                     -(SELECT p.rowid FROM nodes p WHERE p.id = here.parent)) \
                 END, walk.passed + (walk.at < 0) \
             FROM walk JOIN nodes here ON here.rowid = abs(walk.at) \
             WHERE walk.passed < ?2 AND (walk.at > 0 OR here.id <> ?1)) \
         SELECT n.id FROM walk CROSS JOIN nodes n ON n.rowid = -walk.at WHERE walk.at < 0 LIMIT ?2",
    )
    .bind(rows::key(root.0))
    .bind(rows::integer(at_most as u64))
    .fetch_all(tx)
    .await?;
    found.iter().map(|row| rows::uuid(row, 0).map(NodeId)).collect()
}

/// Deletes these nodes with their versions, in their order, leaving tombstones and orphans; ends their links.
async fn bury(tx: &mut Mutation<'_>, ids: &[NodeId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut freed = 0;
    for ids in ids.chunks(NAMED_AT_ONCE) {
        freed += delete_versions(tx, ids).await?;
        let mut delete = QueryBuilder::new("DELETE FROM nodes WHERE id IN ");
        push_ids(&mut delete, ids);
        delete.build().persistent(false).execute(&mut **tx).await?;
        add_tombstones(tx, ids).await?;
        end_links(tx, ids).await?;
    }
    // Usage counts every version, in the trash too, and in full where it shares its object: what people see of
    // their files adds up, and does not jump when one of two goes.
    sqlx::query("UPDATE users SET used = used - ?2 WHERE id = ?1")
        .bind(&tx.owner().0)
        .bind(freed)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Deletes the versions of these nodes: how many bytes that frees. A file may have had many.
async fn delete_versions(tx: &mut Connection, ids: &[NodeId]) -> Result<i64> {
    let mut freed = 0;
    loop {
        let mut delete = QueryBuilder::new(
            "DELETE FROM versions WHERE rowid IN (SELECT rowid FROM versions WHERE node IN ",
        );
        push_ids(&mut delete, ids);
        delete.push(" LIMIT ").push_bind(rows::integer(NAMED_AT_ONCE as u64));
        delete.push(") RETURNING object_key, size");
        let deleted = delete.build().persistent(false).fetch_all(&mut *tx).await?;
        let mut object_keys = Vec::with_capacity(deleted.len());
        for row in &deleted {
            object_keys.push(row.try_get(0)?);
            freed += row.try_get::<i64, _>(1)?;
        }
        orphans::add_unnamed(tx, &object_keys).await?;
        if deleted.len() < NAMED_AT_ONCE {
            return Ok(freed);
        }
    }
}

async fn add_tombstones(tx: &mut Mutation<'_>, ids: &[NodeId]) -> Result<()> {
    let first = revisions::next_many(tx, ids.len() as u64).await?;
    let mut insert = QueryBuilder::new("WITH gone (node, revision) AS (");
    insert.push_values((first.0..).map(Revision).zip(ids), |mut row, (revision, id)| {
        row.push_bind(rows::key(id.0)).push_bind(rows::integer(revision.0));
    });
    insert
        .push(") INSERT INTO tombstones (owner, revision, node, deleted_at) SELECT ")
        .push_bind(&tx.owner().0)
        .push(", revision, node, ")
        .push_bind(Timestamp::now().as_millis())
        .push(" FROM gone");
    insert.build().persistent(false).execute(&mut **tx).await?;
    Ok(())
}

/// Ends the links of nodes that are gone. Each is a change of its own.
async fn end_links(tx: &mut Mutation<'_>, ids: &[NodeId]) -> Result<()> {
    let mut select = QueryBuilder::new("SELECT slug FROM links WHERE ended_at IS NULL AND node IN ");
    push_ids(&mut select, ids);
    let slugs: Vec<String> = select.build_query_scalar().persistent(false).fetch_all(&mut **tx).await?;
    if slugs.is_empty() {
        return Ok(());
    }
    let first = revisions::next_many(tx, slugs.len() as u64).await?;
    let mut update = QueryBuilder::new("WITH ending (slug, revision) AS (");
    update.push_values((first.0..).zip(slugs), |mut row, (revision, slug)| {
        row.push_bind(slug).push_bind(rows::integer(revision));
    });
    update.push(") UPDATE links SET revision = ending.revision, ended_at = ");
    // `+`: each link is looked up. From a few hundred on, SQLite would read all there are instead.
    update.push_bind(Timestamp::now().as_millis()).push(" FROM ending WHERE links.slug = +ending.slug");
    update.build().persistent(false).execute(&mut **tx).await?;
    Ok(())
}

fn push_ids(statement: &mut QueryBuilder<Sqlite>, ids: &[NodeId]) {
    let mut list = statement.push("(").separated(", ");
    for id in ids {
        list.push_bind(rows::key(id.0));
    }
    statement.push(")");
}
