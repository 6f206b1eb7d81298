//! What is Clerk's own, beside OAuth: its Backend API, and its webhooks.

mod backend;
pub(crate) mod check;
mod user;
mod webhook;

pub use backend::Backend;
pub(super) use backend::{BackendError, OpaqueToken};
pub(crate) use user::Event;
pub(crate) use webhook::{WebhookError, signed};
pub use webhook::{WebhookSecret, WebhookSecretError};
