//! Uploads that become files.

use std::collections::{HashMap, HashSet};

use notespot_protocol::{Content, Node, NodeId, Revision, Timestamp, UploadId, UploadState, UserId};
use sqlx::{QueryBuilder, Row as _};

use super::super::names::{self, Place, Siblings};
use super::super::{Connection, Mutation, orphans, rows, tree};
use super::tally::Tally;
use super::{alone, announced, by_ids, dedupe};
use crate::uploads::StoredUpload;
use crate::uploads::arrived::{Arrived, new_content, new_file};
use crate::{MetadataError, Result};

pub(super) async fn all(tx: &mut Mutation<'_>, arrived: &[Arrived<'_>]) -> Result<Vec<Result<Node>>> {
    let owner = tx.owner();
    let ids: Vec<_> = arrived.iter().map(|arrived| arrived.id).collect();
    let uploads = by_ids(tx, owner, &ids).await?;
    let taken = taken_names(tx, owner, &uploads).await?;
    let parents = uploads.values().filter_map(|upload| upload.wanted.parent).collect();
    let tally = Tally::read(tx, parents).await?;
    let mut batch = Batch { tally, taken, uploads, new: Vec::new() };
    let mut published = Vec::with_capacity(arrived.len());
    for arrived in arrived {
        published.push(alone(batch.one(tx, arrived).await)?);
    }
    batch.write_new(tx).await?;
    batch.tally.write(tx).await?;
    Ok(published)
}

/// One transaction's worth. What goes to a free name is written at the end, in three statements for
/// all of it: each one that sqlx runs costs two switches of threads.
struct Batch<'a> {
    tally: Tally<'a>,
    uploads: HashMap<UploadId, StoredUpload>,
    /// Names that are taken where the batch wants to go, also by the batch itself.
    taken: HashSet<(Option<NodeId>, String)>,
    new: Vec<NewFile>,
}

/// A file that is to be written.
struct NewFile {
    from: UploadId,
    node: Node,
    is_vouched: bool,
}

/// A version that is to be written.
struct NewVersion<'a> {
    upload: &'a StoredUpload,
    node: NodeId,
    content: &'a Content,
    is_vouched: bool,
}

impl Batch<'_> {
    async fn one(&mut self, tx: &mut Connection, arrived: &Arrived<'_>) -> Result<Node> {
        let Arrived { id, sha256, is_vouched, instead } = *arrived;
        let mut upload = self.uploads.get(&id).ok_or(MetadataError::NotFound)?.clone();
        match (upload.state, upload.node) {
            (UploadState::Published, Some(node)) => {
                // It may be one of this batch.
                self.write_new(tx).await?;
                return tree::node(tx, self.tally.owner, node).await;
            }
            (UploadState::Open, _) => {}
            _ => return Err(MetadataError::UploadEnded),
        }
        let wanted = &upload.wanted;
        // Versions that this batch has yet to write name no object that none named before.
        if let Some(object_key) = instead
            && !dedupe::is_named(tx, self.tally.owner, wanted.size, sha256, object_key).await?
        {
            return Err(MetadataError::ChallengeEnded);
        }
        self.tally.require_room(wanted.size)?;
        let lives = self.tally.has_parent(wanted.parent);
        let parent = wanted.parent.filter(|_| lives);
        let is_free = lives && !self.taken.contains(&(parent, wanted.name.unique_key()));
        let place = if is_free {
            Place::Free(wanted.name.clone())
        } else {
            // Who has the name may be one of this batch.
            self.write_new(tx).await?;
            let siblings = Siblings { owner: self.tally.owner, parent, except: None };
            siblings.place(tx, &wanted.name, wanted.on_conflict).await?
        };

        // From here on nothing is refused any more.
        if let Some(object_key) = instead {
            let unused = std::mem::replace(&mut upload.destination.object_key, object_key.to_owned());
            orphans::add(tx, &unused, upload.destination.multipart_id.as_deref()).await?;
        }
        if upload.destination.multipart_id.is_some() {
            announced::forget(tx, id).await?;
        }
        self.tally.take(upload.wanted.size);
        let revision = self.tally.next_revision();
        let content = new_content(&upload, sha256);
        let node = match place {
            Place::Instead(node) => {
                self.write_new(tx).await?;
                replace(tx, node, &content, revision).await?;
                let version = NewVersion { upload: &upload, node, content: &content, is_vouched };
                insert_versions(tx, &[version]).await?;
                end_uploads(tx, &[(id, node)]).await?;
                tree::node(tx, self.tally.owner, node).await?
            }
            Place::Free(name) => {
                self.taken.insert((parent, name.unique_key()));
                let node = new_file(parent, name, content, revision);
                self.new.push(NewFile { from: id, node: node.clone(), is_vouched });
                node
            }
        };
        upload.state = UploadState::Published;
        upload.node = Some(node.id);
        self.uploads.insert(id, upload);
        Ok(node)
    }

    /// Writes the files that the batch has made so far.
    async fn write_new(&mut self, tx: &mut Connection) -> Result<()> {
        let new = std::mem::take(&mut self.new);
        if new.is_empty() {
            return Ok(());
        }
        insert_files(tx, self.tally.owner, &new).await?;
        let mut versions = Vec::with_capacity(new.len());
        for NewFile { from, node, is_vouched } in &new {
            if let (Some(upload), Some(content)) = (self.uploads.get(from), &node.content) {
                versions.push(NewVersion { upload, node: node.id, content, is_vouched: *is_vouched });
            }
        }
        insert_versions(tx, &versions).await?;
        let ended: Vec<_> = new.iter().map(|new| (new.from, new.node.id)).collect();
        end_uploads(tx, &ended).await
    }
}

/// Which of the wanted names are taken.
async fn taken_names(
    tx: &mut Connection,
    owner: &UserId,
    uploads: &HashMap<UploadId, StoredUpload>,
) -> Result<HashSet<(Option<NodeId>, String)>> {
    let open: Vec<_> = uploads.values().filter(|upload| upload.state == UploadState::Open).collect();
    if open.is_empty() {
        return Ok(HashSet::new());
    }
    let mut select = QueryBuilder::new("WITH wanted (parent, unique_key) AS (");
    select.push_values(open, |mut row, StoredUpload { wanted, .. }| {
        row.push_bind(rows::parent_key(wanted.parent)).push_bind(wanted.name.unique_key());
    });
    // CROSS JOIN: each wanted name is looked up, never all that the owner has read.
    select.push(
        ") SELECT n.parent, n.unique_key FROM wanted CROSS JOIN nodes n \
         ON n.parent = wanted.parent AND n.unique_key = wanted.unique_key \
         WHERE n.trashed_at IS NULL AND n.owner = ",
    );
    let found = select.push_bind(&owner.0).build().persistent(false).fetch_all(tx).await?;
    found
        .iter()
        .map(|row| Ok((rows::parent_of(&row.try_get::<Vec<u8>, _>("parent")?)?, row.try_get("unique_key")?)))
        .collect()
}

/// Gives the content to a file that there is.
async fn replace(tx: &mut Connection, id: NodeId, content: &Content, revision: Revision) -> Result<()> {
    sqlx::query(
        "UPDATE nodes SET version = ?2, size = ?3, content_type = ?4, sha256 = ?5, uploaded_at = ?6, \
         modified_at = ?6, revision = ?7 WHERE id = ?1",
    )
    .bind(rows::key(id.0))
    .bind(rows::key(content.version.0))
    .bind(rows::integer(content.size.get()))
    .bind(&content.content_type)
    .bind(content.sha256.as_bytes().to_vec())
    .bind(content.uploaded_at.as_millis())
    .bind(rows::integer(revision.0))
    .execute(tx)
    .await?;
    Ok(())
}

async fn insert_files(tx: &mut Connection, owner: &UserId, new: &[NewFile]) -> Result<()> {
    let mut insert = QueryBuilder::new(
        "INSERT INTO nodes (id, owner, parent, kind, name, unique_key, sort_key, version, size, content_type, \
         sha256, uploaded_at, created_at, modified_at, revision) ",
    );
    insert.push_values(new, |mut row, NewFile { node, .. }| {
        let content = node.content.as_ref();
        row.push_bind(rows::key(node.id.0))
            .push_bind(&owner.0)
            .push_bind(rows::parent_key(node.parent))
            .push_bind(rows::FILE)
            .push_bind(node.name.as_str())
            .push_bind(node.name.unique_key())
            .push_bind(names::sort_key(&node.name))
            .push_bind(content.map(|content| rows::key(content.version.0)))
            .push_bind(content.map_or(0, |content| rows::integer(content.size.get())))
            .push_bind(content.map(|content| content.content_type.clone()))
            .push_bind(content.map(|content| content.sha256.as_bytes().to_vec()))
            .push_bind(content.map(|content| content.uploaded_at.as_millis()))
            .push_bind(node.created_at.as_millis())
            .push_bind(node.modified_at.as_millis())
            .push_bind(rows::integer(node.revision.0));
    });
    insert.build().persistent(false).execute(tx).await?;
    Ok(())
}

async fn insert_versions(tx: &mut Connection, versions: &[NewVersion<'_>]) -> Result<()> {
    let mut insert = QueryBuilder::new(
        "INSERT INTO versions (id, owner, node, size, content_type, sha256, uploaded_at, source_modified_at, \
         object_key, is_vouched) ",
    );
    insert.push_values(versions, |mut row, &NewVersion { upload, node, content, is_vouched }| {
        row.push_bind(rows::key(content.version.0))
            .push_bind(&upload.owner.0)
            .push_bind(rows::key(node.0))
            .push_bind(rows::integer(content.size.get()))
            .push_bind(&content.content_type)
            .push_bind(content.sha256.as_bytes().to_vec())
            .push_bind(content.uploaded_at.as_millis())
            .push_bind(upload.wanted.modified_at.map(Timestamp::as_millis))
            .push_bind(&upload.destination.object_key)
            .push_bind(is_vouched);
    });
    insert.build().persistent(false).execute(tx).await?;
    Ok(())
}

/// Notes what each became.
async fn end_uploads(tx: &mut Connection, ended: &[(UploadId, NodeId)]) -> Result<()> {
    let mut update = QueryBuilder::new("WITH became (id, node) AS (");
    update.push_values(ended, |mut row, (id, node)| {
        row.push_bind(rows::key(id.0)).push_bind(rows::key(node.0));
    });
    // `+`: each upload is looked up. From a few hundred on, SQLite would read all there are instead.
    update.push(
        ") UPDATE uploads SET state = 'published', node = became.node FROM became WHERE uploads.id = +became.id",
    );
    update.build().persistent(false).execute(tx).await?;
    Ok(())
}
