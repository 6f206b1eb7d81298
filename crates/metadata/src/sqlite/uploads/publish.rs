//! Uploads that become files.

use notespot_protocol::{
    Content, Node, NodeId, NodeKind, NodeName, Revision, Sha256, Timestamp, UploadId, UploadState, UserId,
    VersionId,
};

use super::super::names::{self, Place, Siblings};
use super::super::{Connection, rows, tree};
use super::tally::Tally;
use super::{alone, by_id};
use crate::uploads::StoredUpload;
use crate::{MetadataError, Result};

pub(super) async fn all(
    tx: &mut Connection,
    owner: &UserId,
    arrived: &[(UploadId, Sha256)],
) -> Result<Vec<Result<Node>>> {
    let mut tally = Tally::read(tx, owner).await?;
    let mut published = Vec::with_capacity(arrived.len());
    for (id, sha256) in arrived {
        published.push(alone(one(tx, &mut tally, *id, *sha256).await)?);
    }
    tally.write(tx).await?;
    Ok(published)
}

async fn one(tx: &mut Connection, tally: &mut Tally<'_>, id: UploadId, sha256: Sha256) -> Result<Node> {
    let upload = by_id(tx, tally.owner, id).await?;
    match (upload.state, upload.node) {
        (UploadState::Published, Some(node)) => return tree::node(tx, tally.owner, node).await,
        (UploadState::Open, _) => {}
        _ => return Err(MetadataError::UploadEnded),
    }
    let wanted = &upload.wanted;
    tally.require_room(wanted.size)?;
    let parent = if tally.has_parent(tx, wanted.parent).await? { wanted.parent } else { None };
    let siblings = Siblings { owner: tally.owner, parent, except: None };
    let place = siblings.place(tx, &wanted.name, wanted.on_conflict).await?;

    // From here on nothing is refused any more.
    tally.take(wanted.size);
    let revision = tally.next_revision();
    let content = Content {
        version: VersionId::generate(),
        size: wanted.size,
        content_type: wanted.content_type.clone(),
        sha256,
        uploaded_at: Timestamp::now(),
    };
    let (at, made) = match place {
        Place::Instead(id) => {
            replace(tx, id, &content, revision).await?;
            (id, None)
        }
        Place::Free(name) => {
            let node = create(tx, tally.owner, parent, name, &content, revision).await?;
            (node.id, Some(node))
        }
    };
    insert_version(tx, &upload, at, &content).await?;
    sqlx::query("UPDATE uploads SET state = 'published', node = ?2 WHERE id = ?1")
        .bind(rows::key(id.0))
        .bind(rows::key(at.0))
        .execute(&mut *tx)
        .await?;
    match made {
        Some(node) => Ok(node),
        None => tree::node(tx, tally.owner, at).await,
    }
}

/// Gives the content to a file that there is.
async fn replace(tx: &mut Connection, id: NodeId, content: &Content, revision: Revision) -> Result<()> {
    sqlx::query("UPDATE nodes SET version = ?2, size = ?3, modified_at = ?4, revision = ?5 WHERE id = ?1")
        .bind(rows::key(id.0))
        .bind(rows::key(content.version.0))
        .bind(rows::integer(content.size.get()))
        .bind(content.uploaded_at.as_millis())
        .bind(rows::integer(revision.0))
        .execute(tx)
        .await?;
    Ok(())
}

async fn create(
    tx: &mut Connection,
    owner: &UserId,
    parent: Option<NodeId>,
    name: NodeName,
    content: &Content,
    revision: Revision,
) -> Result<Node> {
    let node = Node {
        id: NodeId::generate(),
        parent,
        kind: NodeKind::File,
        name,
        description: String::new(),
        tags: Vec::new(),
        created_at: content.uploaded_at,
        modified_at: content.uploaded_at,
        trashed_at: None,
        revision,
        content: Some(content.clone()),
    };
    sqlx::query(
        "INSERT INTO nodes (id, owner, parent, kind, name, unique_key, sort_key, version, size, \
         created_at, modified_at, revision) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11)",
    )
    .bind(rows::key(node.id.0))
    .bind(&owner.0)
    .bind(rows::parent_key(parent))
    .bind(rows::FILE)
    .bind(node.name.as_str())
    .bind(node.name.unique_key())
    .bind(names::sort_key(&node.name))
    .bind(rows::key(content.version.0))
    .bind(rows::integer(content.size.get()))
    .bind(node.created_at.as_millis())
    .bind(rows::integer(revision.0))
    .execute(tx)
    .await?;
    Ok(node)
}

async fn insert_version(
    tx: &mut Connection,
    upload: &StoredUpload,
    node: NodeId,
    content: &Content,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO versions (id, node, size, content_type, sha256, uploaded_at, source_modified_at, object_key) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .bind(rows::key(content.version.0))
    .bind(rows::key(node.0))
    .bind(rows::integer(content.size.get()))
    .bind(&content.content_type)
    .bind(content.sha256.as_bytes().to_vec())
    .bind(content.uploaded_at.as_millis())
    .bind(upload.wanted.modified_at.map(Timestamp::as_millis))
    .bind(&upload.destination.object_key)
    .execute(tx)
    .await?;
    Ok(())
}
