//! Uploads.

use mongodb::bson::{Binary, DateTime, Uuid};
use notespot_protocol::{ByteCount, ClientRef, NodeId, NodeName, UploadId, UploadState, UserId};
use serde::{Deserialize, Serialize};

use super::{bytes, count, id, sha256, time, timestamp, uuid};
use crate::Result;
use crate::stored::{from_word, integer, unreadable, word};
use crate::uploads::{Destination, StoredChallenge, StoredUpload, Wanted};

#[derive(Serialize, Deserialize)]
pub(in crate::mongodb) struct UploadRow {
    #[serde(rename = "_id")]
    id: Uuid,
    owner: String,
    client_ref: Uuid,
    parent: Option<Uuid>,
    name: String,
    on_conflict: String,
    size: i64,
    content_type: String,
    source_modified_at: Option<DateTime>,
    object_key: String,
    multipart_id: Option<String>,
    part_bytes: i64,
    part_count: i64,
    checksum: String,
    state: String,
    /// True, and there for as long as the upload is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    open: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    node: Option<Uuid>,
    created_at: DateTime,
    /// What its owner is asked to prove.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::mongodb) challenge: Option<ChallengeRow>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(in crate::mongodb) struct ChallengeRow {
    sha256: Binary,
    nonce: Binary,
    ends_at: DateTime,
}

impl UploadRow {
    pub(in crate::mongodb) fn new(upload: &StoredUpload) -> Result<Self> {
        let StoredUpload { wanted, destination, .. } = upload;
        Ok(Self {
            id: id(upload.id.0),
            owner: upload.owner.0.clone(),
            client_ref: id(wanted.client_ref.0),
            parent: wanted.parent.map(|parent| id(parent.0)),
            name: wanted.name.as_str().to_owned(),
            on_conflict: word(&wanted.on_conflict)?,
            size: integer(wanted.size.get()),
            content_type: wanted.content_type.clone(),
            source_modified_at: wanted.modified_at.map(time),
            object_key: destination.object_key.clone(),
            multipart_id: destination.multipart_id.clone(),
            part_bytes: integer(destination.part_bytes.get()),
            part_count: destination.part_count.into(),
            checksum: destination.checksum.as_str().to_owned(),
            state: word(&upload.state)?,
            open: (upload.state == UploadState::Open).then_some(true),
            node: upload.node.map(|node| id(node.0)),
            created_at: time(upload.created_at),
            challenge: None,
        })
    }

    pub(in crate::mongodb) fn upload(self) -> Result<StoredUpload> {
        Ok(StoredUpload {
            id: UploadId(uuid(self.id)),
            owner: UserId(self.owner),
            wanted: Wanted {
                client_ref: ClientRef(uuid(self.client_ref)),
                parent: self.parent.map(|parent| NodeId(uuid(parent))),
                name: NodeName::new(self.name).map_err(unreadable)?,
                on_conflict: from_word(self.on_conflict)?,
                size: ByteCount(count(self.size)?),
                content_type: self.content_type,
                modified_at: self.source_modified_at.map(timestamp),
            },
            destination: Destination {
                object_key: self.object_key,
                multipart_id: self.multipart_id,
                part_bytes: ByteCount(count(self.part_bytes)?),
                part_count: u32::try_from(self.part_count).map_err(unreadable)?,
                checksum: from_word(self.checksum)?,
            },
            state: from_word(self.state)?,
            node: self.node.map(|node| NodeId(uuid(node))),
            created_at: timestamp(self.created_at),
        })
    }
}

impl ChallengeRow {
    pub(in crate::mongodb) fn new(challenge: &StoredChallenge) -> Self {
        Self {
            sha256: bytes(challenge.sha256.as_bytes()),
            nonce: bytes(&challenge.nonce),
            ends_at: time(challenge.ends_at),
        }
    }

    pub(in crate::mongodb) fn challenge(&self) -> Result<StoredChallenge> {
        Ok(StoredChallenge {
            sha256: sha256(&self.sha256)?,
            nonce: self.nonce.bytes.as_slice().try_into().map_err(unreadable)?,
            ends_at: timestamp(self.ends_at),
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::mongodb) struct PartRow {
    pub(in crate::mongodb) owner: String,
    pub(in crate::mongodb) upload: Uuid,
    pub(in crate::mongodb) number: i64,
    /// Empty where the part was presigned for more than one: nobody knows which arrived.
    pub(in crate::mongodb) checksum: String,
}
