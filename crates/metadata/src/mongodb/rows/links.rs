//! Links and their slugs.

use mongodb::bson::{DateTime, Uuid};
use notespot_protocol::{NodeId, Revision, UserId};
use serde::{Deserialize, Serialize};

use super::{count, id, time, timestamp, uuid};
use crate::Result;
use crate::links::StoredLink;
use crate::stored::{integer, unreadable};

#[derive(Serialize, Deserialize)]
pub(in crate::mongodb) struct LinkRow {
    #[serde(rename = "_id")]
    pub(in crate::mongodb) slug: String,
    pub(in crate::mongodb) owner: String,
    pub(in crate::mongodb) node: Uuid,
    pub(in crate::mongodb) created_at: DateTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::mongodb) ended_at: Option<DateTime>,
    /// True, and there until the link is ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    living: Option<bool>,
    /// Only what servers of version 1 have counted: see `LinkCountRow`.
    views: i64,
    downloads: i64,
    pub(in crate::mongodb) listed: bool,
    /// When it was listed: there for as long as the catalogue has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    listed_at: Option<DateTime>,
    /// The file's name then and after each change, folded as searches are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    listed_name: Option<String>,
    revision: i64,
}

impl LinkRow {
    /// A living link; listed under a name where one is given.
    pub(in crate::mongodb) fn new(link: &StoredLink, listed_name: Option<String>) -> Self {
        Self {
            slug: link.slug.to_string(),
            owner: link.owner.0.clone(),
            node: id(link.node.0),
            created_at: time(link.created_at),
            ended_at: None,
            living: Some(true),
            views: integer(link.views),
            downloads: integer(link.downloads),
            listed: link.listed,
            listed_at: listed_name.as_ref().map(|_| DateTime::now()),
            listed_name,
            revision: integer(link.revision.0),
        }
    }

    pub(in crate::mongodb) fn link(self) -> Result<StoredLink> {
        Ok(StoredLink {
            slug: self.slug.parse().map_err(unreadable)?,
            owner: UserId(self.owner),
            node: NodeId(uuid(self.node)),
            created_at: timestamp(self.created_at),
            ended_at: self.ended_at.map(timestamp),
            views: count(self.views)?,
            downloads: count(self.downloads)?,
            listed: self.listed,
            revision: Revision(count(self.revision)?),
        })
    }
}

/// What the catalogue looks at of a link.
#[derive(Deserialize)]
pub(in crate::mongodb) struct ListedRow {
    #[serde(rename = "_id")]
    pub(in crate::mongodb) slug: String,
    pub(in crate::mongodb) owner: String,
    pub(in crate::mongodb) node: Uuid,
    pub(in crate::mongodb) listed_at: DateTime,
    pub(in crate::mongodb) listed_name: String,
}

#[derive(Serialize, Deserialize)]
pub(in crate::mongodb) struct SlugRow {
    #[serde(rename = "_id")]
    pub(in crate::mongodb) slug: String,
    pub(in crate::mongodb) owner: String,
}

/// What was counted of a link. It is there from the first one on.
#[derive(Serialize, Deserialize)]
pub(in crate::mongodb) struct LinkCountRow {
    #[serde(rename = "_id")]
    pub(in crate::mongodb) slug: String,
    pub(in crate::mongodb) owner: String,
    #[serde(default)]
    pub(in crate::mongodb) views: i64,
    #[serde(default)]
    pub(in crate::mongodb) downloads: i64,
}
