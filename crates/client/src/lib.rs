//! Typed REST client and the session.
//!
//! [`Session`] knows who is signed in: it signs in through the browser (OAuth 2 code with PKCE, RFC
//! 7636; OpenID Connect Core), keeps the refresh token in a [`SecretStore`], and gives out access
//! tokens, which live in memory only. [`ApiClient`] speaks the REST API in its name.

mod answer;
pub mod api;
mod error;
mod http;
mod packed;
mod secret;
pub mod secret_store;
mod session;
mod sign_in;

pub use api::ApiClient;
pub use error::{ClientError, SignInError};
pub use notespot_network::{Network, Trouble, is_this_machine};
pub use secret::Secret;
pub use secret_store::{Keyring, MemoryStore, SecretStore, SecretStoreError};
pub use session::{Session, SessionConfig, SessionStatus};
pub use sign_in::loopback::Loopback;
