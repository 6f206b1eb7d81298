//! Uploads that become files.

use std::collections::{BTreeMap, HashMap, HashSet};

use mongodb::bson::{Bson, doc, serialize_to_bson};
use notespot_protocol::{Content, Node, NodeId, Revision, UploadId, UploadState, UserId};
use serde::Deserialize;

use super::super::collections::Collections;
use super::super::connection::Find;
use super::super::names::Siblings;
use super::super::rows::{ContentRow, NodeRow, VersionRow};
use super::super::{Connection, Mutation, orphans, rows, tree};
use super::{announced, by_ids, dedupe, named};
use crate::error::alone;
use crate::naming::Place;
use crate::stored::{integer, unreadable};
use crate::uploads::StoredUpload;
use crate::uploads::arrived::{Arrived, new_content, new_file};
use crate::{MetadataError, Result};

pub(super) async fn all(tx: &mut Mutation<'_>, arrived: &[Arrived<'_>]) -> Result<Vec<Result<Node>>> {
    let owner = tx.owner();
    let ids: Vec<_> = arrived.iter().map(|arrived| arrived.id).collect();
    let uploads = by_ids(tx, owner, &ids).await?;
    let taken = taken_names(tx, owner, &uploads).await?;
    let parents = uploads.values().filter_map(|upload| upload.wanted.parent).collect();
    let living = tree::living_folders(tx, owner, &parents).await?;
    let mut batch = Batch { living, taken, uploads, new: New::default() };
    let mut published = Vec::with_capacity(arrived.len());
    for arrived in arrived {
        published.push(alone(batch.one(tx, arrived).await)?);
    }
    batch.write_new(tx).await?;
    Ok(published)
}

/// One transaction's worth. What goes to a free name is written at the end, by three commands for all of it.
struct Batch {
    living: HashSet<NodeId>,
    uploads: HashMap<UploadId, StoredUpload>,
    /// Names that are taken where the batch wants to go, also by the batch itself.
    taken: HashSet<(Option<NodeId>, String)>,
    new: New,
}

/// What is to be written.
#[derive(Default)]
struct New {
    nodes: Vec<NodeRow>,
    versions: Vec<VersionRow>,
    /// What each upload became.
    ended: Vec<(UploadId, NodeId)>,
}

impl Batch {
    async fn one(&mut self, tx: &mut Mutation<'_>, arrived: &Arrived<'_>) -> Result<Node> {
        let Arrived { id, sha256, is_vouched, instead } = *arrived;
        let owner = tx.owner();
        let mut upload = self.uploads.get(&id).ok_or(MetadataError::NotFound)?.clone();
        match (upload.state, upload.node) {
            (UploadState::Published, Some(node)) => {
                // It may be one of this batch.
                self.write_new(tx).await?;
                return tree::node(tx, owner, node).await;
            }
            (UploadState::Open, _) => {}
            _ => return Err(MetadataError::UploadEnded),
        }
        let wanted = &upload.wanted;
        // Versions that this batch has yet to write name no object that none named before.
        if let Some(object_key) = instead
            && !dedupe::is_named(tx, owner, wanted.size, sha256, object_key).await?
        {
            return Err(MetadataError::ChallengeEnded);
        }
        if wanted.size.get() > tx.room() {
            return Err(MetadataError::QuotaExceeded);
        }
        let place = self.place(tx, &upload).await?;

        // From here on nothing is refused any more.
        if let Some(object_key) = instead {
            let unused = std::mem::replace(&mut upload.destination.object_key, object_key.to_owned());
            orphans::add(tx, owner, &unused, upload.destination.multipart_id.as_deref()).await?;
        }
        if upload.destination.multipart_id.is_some() {
            announced::forget(tx, owner, id).await?;
        }
        tx.use_bytes(upload.wanted.size);
        tx.keep_promise(upload.wanted.size);
        let revision = tx.next_revision();
        let content = new_content(&upload, sha256);
        let node = match place {
            (_, Place::Instead(node)) => {
                self.add_version(&upload, node, &content, is_vouched);
                self.write_new(tx).await?;
                replace(tx, owner, node, &content, revision).await?;
                tree::node(tx, owner, node).await?
            }
            (parent, Place::Free(name)) => {
                self.taken.insert((parent, name.unique_key()));
                let node = new_file(parent, name, content, revision);
                self.new.nodes.push(NodeRow::new(owner, &node));
                if let Some(content) = &node.content {
                    self.add_version(&upload, node.id, content, is_vouched);
                }
                node
            }
        };
        upload.state = UploadState::Published;
        upload.node = Some(node.id);
        self.uploads.insert(id, upload);
        Ok(node)
    }

    /// In which folder, and under which name.
    async fn place(
        &mut self,
        tx: &mut Mutation<'_>,
        upload: &StoredUpload,
    ) -> Result<(Option<NodeId>, Place)> {
        let wanted = &upload.wanted;
        let lives = wanted.parent.is_none_or(|parent| self.living.contains(&parent));
        let parent = wanted.parent.filter(|_| lives);
        if lives && !self.taken.contains(&(parent, wanted.name.unique_key())) {
            return Ok((parent, Place::Free(wanted.name.clone())));
        }
        // Who has the name may be one of this batch.
        self.write_new(tx).await?;
        let siblings = Siblings { owner: tx.owner(), parent, except: None };
        Ok((parent, siblings.place(tx, &wanted.name, wanted.on_conflict).await?))
    }

    fn add_version(&mut self, upload: &StoredUpload, node: NodeId, content: &Content, is_vouched: bool) {
        self.new.versions.push(VersionRow {
            id: rows::id(content.version.0),
            owner: upload.owner.0.clone(),
            node: rows::id(node.0),
            size: integer(content.size.get()),
            content_type: content.content_type.clone(),
            sha256: rows::bytes(content.sha256.as_bytes()),
            uploaded_at: rows::time(content.uploaded_at),
            source_modified_at: upload.wanted.modified_at.map(rows::time),
            object_key: upload.destination.object_key.clone(),
            vouched: is_vouched.then_some(true),
        });
        self.new.ended.push((upload.id, node));
    }

    /// Writes what the batch has made so far.
    async fn write_new(&mut self, tx: &mut Mutation<'_>) -> Result<()> {
        let New { nodes, versions, ended } = std::mem::take(&mut self.new);
        tx.insert(Collections::nodes, &nodes).await?;
        tx.insert(Collections::versions, &versions).await?;
        let owner = tx.owner();
        let end = |(id, node): (UploadId, NodeId)| {
            let became = doc! { "state": "published", "node": rows::id(node.0) };
            let update = doc! { "$set": became, "$unset": { "open": "", "challenge": "" } };
            (named(owner, id), update)
        };
        tx.update_each(Collections::uploads, ended.into_iter().map(end).collect()).await
    }
}

#[derive(Deserialize)]
struct TakenRow {
    unique_key: String,
}

/// Which of the wanted names are taken: one look for each folder.
async fn taken_names(
    tx: &mut Connection,
    owner: &UserId,
    uploads: &HashMap<UploadId, StoredUpload>,
) -> Result<HashSet<(Option<NodeId>, String)>> {
    let mut wanted: BTreeMap<Option<NodeId>, Vec<String>> = BTreeMap::new();
    for upload in uploads.values().filter(|upload| upload.state == UploadState::Open) {
        wanted.entry(upload.wanted.parent).or_default().push(upload.wanted.name.unique_key());
    }
    let mut taken = HashSet::new();
    for (parent, names) in wanted {
        let how_many = names.len();
        let filter = doc! {
            "owner": &owner.0, "parent": rows::parent(parent), "unique_key": { "$in": names },
            "untrashed": true,
        };
        let find = Find::new(filter).limit(how_many).fields(&["unique_key"]);
        let found: Vec<TakenRow> = tx.find_as::<NodeRow, _>(Collections::nodes, find).await?;
        taken.extend(found.into_iter().map(|row| (parent, row.unique_key)));
    }
    Ok(taken)
}

/// Gives the content to a file that there is.
async fn replace(
    tx: &mut Connection,
    owner: &UserId,
    id: NodeId,
    content: &Content,
    revision: Revision,
) -> Result<()> {
    let stored: Bson = serialize_to_bson(&ContentRow::new(content)).map_err(unreadable)?;
    let set = doc! {
        "content": stored, "size": integer(content.size.get()), "revision": integer(revision.0),
        "modified_at": rows::time(content.uploaded_at),
    };
    let this = doc! { "_id": rows::id(id.0), "owner": &owner.0 };
    tx.update_one(Collections::nodes, this, doc! { "$set": set }).await.map(drop)
}
