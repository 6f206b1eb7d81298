//! What a server says of itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ByteCount, Timestamp};

/// `GET /.well-known/notespot.json`: all that a client needs to know before it signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Discovery {
    /// Always `notespot`: tells a Notespot server from a captive portal.
    pub product: String,
    /// The API's major version.
    pub api_version: u32,
    /// The server's own version, for people.
    pub server_version: String,
    /// The address under which the server wants to be known.
    pub public_url: String,
    /// The OpenID issuer (`iss`) to sign in with.
    pub issuer: String,
    /// The desktop app's OAuth client id at that issuer.
    pub oauth_client_id: String,
    /// What this server allows.
    pub limits: Limits,
    /// The server's clock, so that a client can tell that its own is wrong.
    pub time: Timestamp,
}

impl Discovery {
    /// The value of [`Discovery::product`].
    pub const PRODUCT: &str = "notespot";
    /// The API version that this crate describes.
    pub const API_VERSION: u32 = 1;
}

/// Limits that a client can check before it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Limits {
    /// The largest file.
    pub file_bytes: ByteCount,
    /// The most items in one batch.
    pub batch_items: u32,
}
