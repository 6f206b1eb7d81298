//! Who is asking: bearer tokens of the identity provider, and the local provider that stands in for
//! Clerk.
//!
//! [`Verifier`] is the same for both: what it trusts is a list of [`TrustedIssuer`]s, so that going
//! from [`LocalProvider`] to Clerk is a change of configuration.

mod accounts;
pub(crate) mod clerk;
mod local;
mod names;
mod outgoing;
mod passwords;
mod verifier;

pub use accounts::{NewAccount, NewAccountError, add_account};
pub use clerk::{Backend, WebhookSecret, WebhookSecretError};
pub use local::{IdentityError, LocalProvider, LocalSettings, SignUp};
pub use outgoing::http_client;
pub(crate) use verifier::STALE_AT_MOST;
pub use verifier::{AuthError, Described, KeyTimes, Principal, TrustedIssuer, Verifier};
