//! What the web view may ask for. Each command is a few lines that call the application.

#![expect(
    clippy::needless_pass_by_value,
    reason = "what comes over the bridge is owned, and `State` is how tauri hands out the application"
)]

use notespot_protocol::Failure;

pub(crate) mod files;
pub(crate) mod links;
pub(crate) mod lists;
pub(crate) mod offline;
pub(crate) mod session;
pub(crate) mod transfers;

type Answer<T> = Result<T, Failure>;
