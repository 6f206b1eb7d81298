//! Copies of files, and of folders with everything that lives inside.

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use notespot_protocol::{CopyNode, Node, NodeId, NodeKind, NodeName, Revision, Timestamp, VersionId};
use sqlx::{QueryBuilder, Row as _};

use super::super::mutation::Counters;
use super::super::names::{self, Siblings};
use super::super::{Connection, Mutation, alone, revisions, rows, tree};
use super::by_client_ref;
use crate::nodes::COPIED_MAX;
use crate::{MetadataError, Result};

/// How many are written by one statement.
const WRITTEN_AT_ONCE: usize = 1000;

pub(super) async fn all(tx: &mut Mutation<'_>, copies: &[CopyNode]) -> Result<Vec<Result<Node>>> {
    let owner = tx.owner();
    let mut room = Room::of(tx).await?;
    let had = room.bytes;
    let mut made = Vec::with_capacity(copies.len());
    for copy in copies {
        made.push(alone(one(tx, copy, &mut room).await)?);
    }
    sqlx::query("UPDATE users SET used = used + ?2 WHERE id = ?1")
        .bind(&owner.0)
        .bind(rows::integer(had - room.bytes))
        .execute(&mut **tx)
        .await?;
    Ok(made)
}

/// What the copies of this call may come to.
struct Room {
    nodes: usize,
    bytes: u64,
}

impl Room {
    /// What is on its way to the owner has its place already.
    async fn of(tx: &mut Mutation<'_>) -> Result<Self> {
        let Counters { quota, used, .. } = tx.counters().await?;
        let on_its_way: i64 = sqlx::query_scalar(
            "SELECT coalesce(sum(size), 0) FROM uploads WHERE owner = ?1 AND state = 'open'",
        )
        .bind(&tx.owner().0)
        .fetch_one(&mut **tx)
        .await?;
        let bytes = quota.saturating_sub(used).saturating_sub(on_its_way.unsigned_abs());
        Ok(Self { nodes: COPIED_MAX, bytes })
    }
}

/// Refused before anything is written: in a batch, each fails alone.
async fn one(tx: &mut Mutation<'_>, copy: &CopyNode, room: &mut Room) -> Result<Node> {
    let owner = tx.owner();
    if let Some(made) = by_client_ref(tx, owner, copy.client_ref).await? {
        return Ok(made);
    }
    let original = tree::node(tx, owner, copy.node).await?;
    if !tree::lives(tx, original.id).await? {
        return Err(MetadataError::NotFound);
    }
    tree::require_parent(tx, owner, copy.parent).await?;
    if let Some(folder) = copy.parent
        && tree::is_inside(tx, folder, original.id).await?
    {
        return Err(MetadataError::WouldMakeCycle);
    }
    let (whole, bytes) = planned(tx, original.id, copy.parent, room.nodes).await?;
    if bytes > room.bytes {
        return Err(MetadataError::QuotaExceeded);
    }
    let siblings = Siblings { owner, parent: copy.parent, except: None };
    let name = siblings.free_name(tx, &original.name, copy.on_conflict).await?;

    let [top, inside @ ..] = whole.as_slice() else { return Err(MetadataError::NotFound) };

    // From here on nothing is refused any more.
    room.nodes -= whole.len();
    room.bytes -= bytes;
    let first = revisions::next_many(tx, whole.len() as u64).await?;
    let now = Timestamp::now();
    write_root(tx, top, &name, copy, first, now).await?;
    write_versions(tx, std::slice::from_ref(top), now).await?;
    for (written, some) in inside.chunks(WRITTEN_AT_ONCE).enumerate() {
        let first = Revision(first.0 + 1 + (written * WRITTEN_AT_ONCE) as u64);
        write_nodes(tx, some, first, now).await?;
        write_versions(tx, some, now).await?;
    }
    tree::node(tx, owner, top.new).await
}

/// One node that is to be.
struct Planned {
    original: NodeId,
    new: NodeId,
    parent: Option<NodeId>,
    /// Of a file.
    version: Option<VersionId>,
}

/// What lives in a tree, its root first and folders before what is in them, and how many bytes that is.
async fn planned(
    tx: &mut Connection,
    root: NodeId,
    parent: Option<NodeId>,
    at_most: usize,
) -> Result<(Vec<Planned>, u64)> {
    let mut found = sqlx::query(
        "WITH RECURSIVE down (id, parent, depth, kind, size) AS (\
             SELECT id, parent, 0, kind, size FROM nodes WHERE id = ?1 \
             UNION ALL SELECT n.id, n.parent, down.depth + 1, n.kind, n.size \
             FROM down CROSS JOIN nodes n ON n.parent = down.id \
             WHERE down.kind = 0 AND n.trashed_at IS NULL LIMIT ?2) \
         SELECT depth, id, parent, kind, size FROM down",
    )
    .bind(rows::key(root.0))
    .bind(rows::integer(at_most as u64 + 1))
    .fetch(tx);
    let mut bytes: u64 = 0;
    let mut whole = Vec::new();
    while let Some(row) = found.try_next().await? {
        if whole.len() == at_most {
            return Err(MetadataError::TooLarge);
        }
        let is_file = rows::kind(&row, 3)? == NodeKind::File;
        let planned = Planned {
            original: NodeId(rows::uuid(&row, 1)?),
            new: NodeId::generate(),
            parent: rows::parent_of(row.try_get(2)?)?,
            version: is_file.then(VersionId::generate),
        };
        whole.push((row.try_get::<i64, _>(0)?, planned));
        bytes = bytes.saturating_add(rows::count(&row, 4)?);
    }
    whole.sort_by_key(|(depth, _)| *depth);
    let new: HashMap<_, _> = whole.iter().map(|(_, planned)| (planned.original, planned.new)).collect();
    let placed = whole.into_iter().map(|(depth, planned)| {
        let parent = if depth == 0 { parent } else { planned.parent.and_then(|id| new.get(&id).copied()) };
        Planned { parent, ..planned }
    });
    Ok((placed.collect(), bytes))
}

/// Writes the copy that was asked for by itself: its name is its own, and its reference.
async fn write_root(
    tx: &mut Connection,
    root: &Planned,
    name: &NodeName,
    copy: &CopyNode,
    revision: Revision,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO nodes (id, owner, parent, kind, name, unique_key, sort_key, description, tags, version, size, \
         content_type, sha256, uploaded_at, created_at, modified_at, revision, client_ref) \
         SELECT ?2, owner, ?3, kind, ?4, ?5, ?6, description, tags, ?7, size, content_type, sha256, \
         iif(?7 IS NULL, NULL, ?8), ?8, ?8, ?9, ?10 FROM nodes WHERE id = ?1",
    )
    .bind(rows::key(root.original.0))
    .bind(rows::key(root.new.0))
    .bind(rows::parent_key(root.parent))
    .bind(name.as_str())
    .bind(name.unique_key())
    .bind(names::sort_key(name))
    .bind(root.version.map(|version| rows::key(version.0)))
    .bind(now.as_millis())
    .bind(rows::integer(revision.0))
    .bind(rows::key(copy.client_ref.0))
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes what lies inside: names are as free there as they are in the original.
async fn write_nodes(tx: &mut Connection, some: &[Planned], first: Revision, now: Timestamp) -> Result<()> {
    let mut insert = QueryBuilder::new("WITH copied (original, id, parent, version, revision) AS (");
    insert.push_values((first.0..).zip(some), |mut row, (revision, planned)| {
        row.push_bind(rows::key(planned.original.0))
            .push_bind(rows::key(planned.new.0))
            .push_bind(rows::parent_key(planned.parent))
            .push_bind(planned.version.map(|version| rows::key(version.0)))
            .push_bind(rows::integer(revision));
    });
    // CROSS JOIN: each original is looked up.
    insert.push(
        ") INSERT INTO nodes (id, owner, parent, kind, name, unique_key, sort_key, description, tags, version, \
         size, content_type, sha256, revision, created_at, modified_at, uploaded_at) SELECT copied.id, n.owner, \
         copied.parent, n.kind, n.name, n.unique_key, n.sort_key, n.description, n.tags, copied.version, n.size, \
         n.content_type, n.sha256, copied.revision, ",
    );
    insert.push_bind(now.as_millis()).push(", ").push_bind(now.as_millis());
    insert.push(", iif(copied.version IS NULL, NULL, ").push_bind(now.as_millis()).push(")");
    insert.push(" FROM copied CROSS JOIN nodes n ON n.id = copied.original");
    insert.build().persistent(false).execute(tx).await?;
    Ok(())
}

/// Gives the copies of files their content: versions of their own that name the same objects.
async fn write_versions(tx: &mut Connection, some: &[Planned], now: Timestamp) -> Result<()> {
    let files = some.iter().filter_map(|planned| Some((planned, planned.version?)));
    if files.clone().next().is_none() {
        return Ok(());
    }
    let mut insert = QueryBuilder::new("WITH copied (original, node, id) AS (");
    insert.push_values(files, |mut row, (planned, version)| {
        row.push_bind(rows::key(planned.original.0))
            .push_bind(rows::key(planned.new.0))
            .push_bind(rows::key(version.0));
    });
    insert.push(
        ") INSERT INTO versions (id, owner, node, size, content_type, sha256, source_modified_at, object_key, \
         is_vouched, uploaded_at) SELECT copied.id, v.owner, copied.node, v.size, v.content_type, v.sha256, \
         v.source_modified_at, v.object_key, v.is_vouched, ",
    );
    insert.push_bind(now.as_millis());
    insert.push(
        " FROM copied CROSS JOIN nodes n ON n.id = copied.original CROSS JOIN versions v ON v.id = n.version",
    );
    insert.build().persistent(false).execute(tx).await?;
    Ok(())
}
