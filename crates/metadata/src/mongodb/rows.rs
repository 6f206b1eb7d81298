//! Documents, and what they mean.
//!
//! Ids are binary of subtype 4, times are dates (milliseconds), hashes are binary. A field that a partial index
//! asks for is there only for as long as the index is to hold the document.

mod accounts;
mod limits;
mod links;
mod nodes;
mod processes;
mod uploads;
mod users;
mod webhooks;

use mongodb::bson::{self, Binary, Bson, DateTime, doc};
use notespot_protocol::{NodeId, Sha256, Timestamp};
use uuid::Uuid;

pub(super) use self::accounts::{AccountRow, CodeRow, GrantRow, RefreshTokenRow, TokenRow};
pub(super) use self::limits::LimitRow;
pub(super) use self::links::{LinkCountRow, LinkRow, ListedRow, SlugRow};
pub(super) use self::nodes::{ContentRow, CopyOf, NodeRow, OrphanRow, TombstoneRow, VersionRow};
pub(super) use self::processes::ProcessRow;
pub(super) use self::uploads::{ChallengeRow, PartRow, UploadRow};
pub(super) use self::users::UserRow;
pub(super) use self::webhooks::{BarRow, WebhookRow};
use crate::Result;
use crate::stored::unreadable;

/// An id as it is stored.
pub(super) fn id(id: Uuid) -> bson::Uuid {
    bson::Uuid::from_bytes(id.into_bytes())
}

pub(super) fn uuid(stored: bson::Uuid) -> Uuid {
    Uuid::from_bytes(stored.bytes())
}

/// A parent as it is stored: null is the top level.
pub(super) fn parent(parent: Option<NodeId>) -> Bson {
    parent.map_or(Bson::Null, |node| id(node.0).into())
}

/// Many ids, to be named in a filter.
pub(super) fn ids<'a>(nodes: impl IntoIterator<Item = &'a NodeId>) -> Vec<Bson> {
    nodes.into_iter().map(|node| id(node.0).into()).collect()
}

/// Any of many ids, as the condition of a filter. One is asked for by itself: not every server knows that it is one.
pub(super) fn any_of<'a>(nodes: impl IntoIterator<Item = &'a NodeId>) -> Bson {
    any_of_values(ids(nodes))
}

/// Any of many texts, in the same way.
pub(super) fn any_of_texts(texts: &[String]) -> Bson {
    any_of_values(texts.iter().map(Bson::from).collect())
}

fn any_of_values(mut values: Vec<Bson>) -> Bson {
    if values.len() == 1
        && let Some(one) = values.pop()
    {
        return one;
    }
    doc! { "$in": values }.into()
}

pub(super) fn time(time: Timestamp) -> DateTime {
    DateTime::from_millis(time.as_millis())
}

pub(super) fn timestamp(stored: DateTime) -> Timestamp {
    Timestamp::from_millis(stored.timestamp_millis())
}

pub(super) fn bytes(bytes: &[u8]) -> Binary {
    Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: bytes.to_vec() }
}

pub(super) fn sha256(stored: &Binary) -> Result<Sha256> {
    stored.bytes.as_slice().try_into().map(Sha256::from_bytes).map_err(unreadable)
}

/// A number that is never negative.
pub(super) fn count(stored: i64) -> Result<u64> {
    u64::try_from(stored).map_err(unreadable)
}
