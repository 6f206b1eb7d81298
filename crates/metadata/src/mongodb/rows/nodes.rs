//! Nodes, their versions, and what is left of them.

use mongodb::bson::{Binary, DateTime, Uuid};
use notespot_protocol::{
    ByteCount, ClientRef, Content, Node, NodeId, NodeName, Revision, Timestamp, UserId, VersionId,
};
use serde::{Deserialize, Serialize};

use super::{bytes, count, id, sha256, time, timestamp, uuid};
use crate::nodes::StoredVersion;
use crate::stored::{integer, kind, kind_of, unreadable};
use crate::{Result, naming};

#[derive(Clone, Serialize, Deserialize)]
pub(in crate::mongodb) struct NodeRow {
    #[serde(rename = "_id")]
    pub(in crate::mongodb) id: Uuid,
    pub(in crate::mongodb) owner: String,
    /// Null at the top level: one index then serves both.
    pub(in crate::mongodb) parent: Option<Uuid>,
    /// 0 folder, 1 file: folders come first.
    pub(in crate::mongodb) kind: i64,
    pub(in crate::mongodb) name: String,
    /// The name in NFC.
    unique_key: String,
    /// The name in NFC and lower case.
    pub(in crate::mongodb) sort_key: String,
    description: String,
    tags: Vec<String>,
    /// Of the current version; 0 for folders.
    pub(in crate::mongodb) size: i64,
    /// Of a file: what lists and the feed say of the current version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::mongodb) content: Option<ContentRow>,
    created_at: DateTime,
    modified_at: DateTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trashed_at: Option<DateTime>,
    /// True, and there for as long as the node was not moved to the trash itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    untrashed: Option<bool>,
    pub(in crate::mongodb) revision: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_ref: Option<Uuid>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(in crate::mongodb) struct ContentRow {
    pub(in crate::mongodb) version: Uuid,
    content_type: String,
    sha256: Binary,
    uploaded_at: DateTime,
}

impl ContentRow {
    pub(in crate::mongodb) fn new(content: &Content) -> Self {
        Self {
            version: id(content.version.0),
            content_type: content.content_type.clone(),
            sha256: bytes(content.sha256.as_bytes()),
            uploaded_at: time(content.uploaded_at),
        }
    }
}

impl NodeRow {
    pub(in crate::mongodb) fn new(owner: &UserId, node: &Node) -> Self {
        Self {
            id: id(node.id.0),
            owner: owner.0.clone(),
            parent: node.parent.map(|parent| id(parent.0)),
            kind: kind(node.kind),
            name: node.name.as_str().to_owned(),
            unique_key: node.name.unique_key(),
            sort_key: naming::sort_key(&node.name),
            description: node.description.clone(),
            tags: node.tags.clone(),
            size: node.content.as_ref().map_or(0, |content| integer(content.size.get())),
            content: node.content.as_ref().map(ContentRow::new),
            created_at: time(node.created_at),
            modified_at: time(node.modified_at),
            trashed_at: node.trashed_at.map(time),
            untrashed: node.trashed_at.is_none().then_some(true),
            revision: integer(node.revision.0),
            client_ref: None,
        }
    }

    pub(in crate::mongodb) fn node_id(&self) -> NodeId {
        NodeId(uuid(self.id))
    }

    pub(in crate::mongodb) fn parent_id(&self) -> Option<NodeId> {
        self.parent.map(|parent| NodeId(uuid(parent)))
    }

    pub(in crate::mongodb) fn modified_at(&self) -> DateTime {
        self.modified_at
    }

    pub(in crate::mongodb) fn is_trashed(&self) -> bool {
        self.trashed_at.is_some()
    }

    pub(in crate::mongodb) fn node(self) -> Result<Node> {
        let size = ByteCount(count(self.size)?);
        let content = |content: ContentRow| {
            Ok::<_, crate::MetadataError>(Content {
                version: VersionId(uuid(content.version)),
                size,
                content_type: content.content_type,
                sha256: sha256(&content.sha256)?,
                uploaded_at: timestamp(content.uploaded_at),
            })
        };
        Ok(Node {
            id: self.node_id(),
            parent: self.parent_id(),
            kind: kind_of(self.kind)?,
            name: NodeName::new(self.name).map_err(unreadable)?,
            description: self.description,
            tags: self.tags,
            content: self.content.map(content).transpose()?,
            created_at: timestamp(self.created_at),
            modified_at: timestamp(self.modified_at),
            trashed_at: self.trashed_at.map(timestamp),
            revision: Revision(count(self.revision)?),
        })
    }

    /// A copy of it, as a node of its own.
    pub(in crate::mongodb) fn copied(self, copy: &CopyOf, now: Timestamp) -> Self {
        let content = match (self.content, copy.version) {
            (Some(content), Some(version)) => {
                Some(ContentRow { version: id(version.0), uploaded_at: time(now), ..content })
            }
            _ => None,
        };
        Self {
            id: id(copy.id.0),
            parent: copy.parent.map(|parent| id(parent.0)),
            content,
            created_at: time(now),
            modified_at: time(now),
            revision: integer(copy.revision.0),
            client_ref: None,
            ..self
        }
    }

    /// Found again by this reference.
    pub(in crate::mongodb) fn made_with(self, client_ref: ClientRef) -> Self {
        Self { client_ref: Some(id(client_ref.0)), ..self }
    }

    /// Under another name.
    pub(in crate::mongodb) fn named(self, name: &NodeName) -> Self {
        Self {
            name: name.as_str().to_owned(),
            unique_key: name.unique_key(),
            sort_key: naming::sort_key(name),
            ..self
        }
    }
}

/// What a copy has of its own.
pub(in crate::mongodb) struct CopyOf {
    pub(in crate::mongodb) id: NodeId,
    pub(in crate::mongodb) parent: Option<NodeId>,
    pub(in crate::mongodb) version: Option<VersionId>,
    pub(in crate::mongodb) revision: Revision,
}

#[derive(Clone, Serialize, Deserialize)]
pub(in crate::mongodb) struct VersionRow {
    #[serde(rename = "_id")]
    pub(in crate::mongodb) id: Uuid,
    pub(in crate::mongodb) owner: String,
    pub(in crate::mongodb) node: Uuid,
    pub(in crate::mongodb) size: i64,
    pub(in crate::mongodb) content_type: String,
    pub(in crate::mongodb) sha256: Binary,
    pub(in crate::mongodb) uploaded_at: DateTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::mongodb) source_modified_at: Option<DateTime>,
    pub(in crate::mongodb) object_key: String,
    /// True, and there for as long as somebody vouches for the hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::mongodb) vouched: Option<bool>,
}

impl VersionRow {
    pub(in crate::mongodb) fn stored(self) -> Result<StoredVersion> {
        Ok(StoredVersion {
            content: Content {
                version: VersionId(uuid(self.id)),
                size: ByteCount(count(self.size)?),
                content_type: self.content_type,
                sha256: sha256(&self.sha256)?,
                uploaded_at: timestamp(self.uploaded_at),
            },
            source_modified_at: self.source_modified_at.map(timestamp),
            object_key: self.object_key,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::mongodb) struct TombstoneRow {
    pub(in crate::mongodb) owner: String,
    pub(in crate::mongodb) revision: i64,
    pub(in crate::mongodb) node: Uuid,
    pub(in crate::mongodb) deleted_at: DateTime,
}

#[derive(Serialize, Deserialize)]
pub(in crate::mongodb) struct OrphanRow {
    #[serde(rename = "_id")]
    pub(in crate::mongodb) object_key: String,
    #[serde(default)]
    pub(in crate::mongodb) multipart_id: Option<String>,
    pub(in crate::mongodb) due_at: DateTime,
    pub(in crate::mongodb) ends_at: DateTime,
}
