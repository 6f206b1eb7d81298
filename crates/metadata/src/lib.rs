//! The metadata store: who owns what, under which name, since which revision.
//!
//! One trait, [`MetadataStore`], made of one part per domain word; [`sqlite`] and [`mongodb`] implement it.
//! Every implementation passes the same suite, [`conformance`].
//!
//! Guarantees of every implementation:
//! - a mutation takes the owner's next [`Revision`](notespot_protocol::Revision), changes rows,
//!   usage and tombstones in one transaction, and is durable when the call returns;
//! - a reader never sees revision N before everything below N;
//! - every call names the owner, and what belongs to another owner is [`MetadataError::NotFound`];
//! - a node *lives* when neither it nor any folder above it was moved to the trash: moving a folder to the
//!   trash marks the folder alone, whatever it holds;
//! - names are unique among siblings that were not moved to the trash themselves, by
//!   [`NodeName::unique_key`](notespot_protocol::NodeName::unique_key).

pub mod accounts;
pub mod catalogue;
pub mod changes;
#[cfg(feature = "conformance")]
#[expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::default_trait_access,
    reason = "a suite of tests, for tests: it panics where the store is wrong"
)]
pub mod conformance;
mod error;
pub mod limits;
pub mod links;
pub mod listeners;
mod listing;
pub mod mongodb;
mod naming;
pub mod nodes;
pub mod orphans;
pub mod sqlite;
mod stored;
pub mod tokens;
pub mod uploads;
pub mod users;
pub mod webhooks;

pub use error::{MetadataError, Result};

/// Everything the REST API keeps. See the crate's documentation for what it guarantees.
pub trait MetadataStore:
    users::Users
    + nodes::Nodes
    + uploads::Uploads
    + links::Links
    + catalogue::Catalogue
    + changes::Changes
    + tokens::Tokens
    + orphans::Orphans
    + webhooks::Webhooks
    + limits::RateLimits
{
}

impl<T> MetadataStore for T where
    T: users::Users
        + nodes::Nodes
        + uploads::Uploads
        + links::Links
        + catalogue::Catalogue
        + changes::Changes
        + tokens::Tokens
        + orphans::Orphans
        + webhooks::Webhooks
        + limits::RateLimits
{
}
