//! Uploads whose content is there, and the files that they become.

use notespot_protocol::{
    Content, Node, NodeId, NodeKind, NodeName, Revision, Sha256, Timestamp, UploadId, VersionId,
};

use super::{Proven, Sent, StoredUpload};

/// An upload whose content is there.
pub(crate) struct Arrived<'a> {
    pub(crate) id: UploadId,
    pub(crate) sha256: Sha256,
    /// Whether the hash can be relied on.
    pub(crate) is_vouched: bool,
    /// The object that holds it, where it is not the one that the upload was to make.
    pub(crate) instead: Option<&'a str>,
}

impl<'a> Arrived<'a> {
    pub(crate) fn sent(&Sent { id, sha256, is_vouched }: &Sent) -> Self {
        Self { id, sha256, is_vouched, instead: None }
    }

    pub(crate) fn proven(proven: &'a Proven) -> Self {
        let Proven { id, sha256, object_key } = proven;
        Self { id: *id, sha256: *sha256, is_vouched: true, instead: Some(object_key) }
    }
}

/// What an upload is the content of.
pub(crate) fn new_content(upload: &StoredUpload, sha256: Sha256) -> Content {
    Content {
        version: VersionId::generate(),
        size: upload.wanted.size,
        content_type: upload.wanted.content_type.clone(),
        sha256,
        uploaded_at: Timestamp::now(),
    }
}

/// A file that was not there before.
pub(crate) fn new_file(parent: Option<NodeId>, name: NodeName, content: Content, revision: Revision) -> Node {
    Node {
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
        content: Some(content),
    }
}
