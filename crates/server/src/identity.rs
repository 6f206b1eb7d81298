//! Who is asking: bearer tokens of the identity provider, and the local provider that stands in for
//! Clerk.
//!
//! [`Verifier`] is the same for both: what it trusts is a list of [`TrustedIssuer`]s, so that going
//! from [`LocalProvider`] to Clerk is a change of configuration.

mod accounts;
mod local;
mod passwords;
mod verifier;

pub use accounts::{NewAccount, NewAccountError, add_account};
pub use local::{IdentityError, LocalProvider, LocalSettings, SignUp};
pub use verifier::{AuthError, Principal, TrustedIssuer, Verifier};
