//! The server: the REST API, the public pages, the delivery of public downloads, and the local
//! identity provider.
//!
//! It keeps nothing in memory that a second server would need: what it knows is in the metadata
//! store and the object store.

mod access;
mod admission;
mod api;
mod audit;
mod client_address;
pub mod commands;
pub mod config;
mod connections;
mod delivery;
mod doctor;
mod findings;
pub mod identity;
mod limits;
mod metrics;
mod observe;
pub mod openapi;
pub mod pages;
mod problems;
mod router;
mod secret;
mod shares;
mod state;
mod stores;
mod sweeper;

pub use secret::Secret;
