//! Typed REST client and the session.

mod secret;

pub use secret::Secret;
