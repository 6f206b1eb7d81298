//! The REST API, the public pages and the local identity provider.

pub mod identity;
pub mod pages;
