//! The operating system's keyring: Secret Service, Keychain, Credential Manager.

use keyring::{Entry, Error};

use super::{SecretStore, SecretStoreError};
use crate::Secret;

const SERVICE: &str = "notespot";

/// The operating system's keyring. Nothing but refresh tokens goes in: Windows holds 2,560 bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keyring;

impl SecretStore for Keyring {
    fn load(&self, account: &str) -> Result<Option<Secret>, SecretStoreError> {
        match entry(account)?.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(translated(&error)),
        }
    }

    fn save(&self, account: &str, secret: &Secret) -> Result<(), SecretStoreError> {
        entry(account)?.set_password(secret.expose()).map_err(|error| translated(&error))
    }

    fn forget(&self, account: &str) -> Result<(), SecretStoreError> {
        match entry(account)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(translated(&error)),
        }
    }

    fn outlives_program(&self) -> bool {
        true
    }
}

fn entry(account: &str) -> Result<Entry, SecretStoreError> {
    Entry::new(SERVICE, account).map_err(|error| translated(&error))
}

/// Some of keyring's errors carry the secret itself, so none of them is kept.
fn translated(error: &Error) -> SecretStoreError {
    match error {
        Error::NoDefaultStore => SecretStoreError::NoService,
        Error::NoStorageAccess(_) => SecretStoreError::NoAccess,
        Error::PlatformFailure(_) => SecretStoreError::Failed { reason: "the system's service failed" },
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            SecretStoreError::Failed { reason: "the entry is not ours" }
        }
        Error::Ambiguous(_) => SecretStoreError::Failed { reason: "there are several entries" },
        Error::TooLong(..) => SecretStoreError::Failed { reason: "the entry is too long" },
        _ => SecretStoreError::Failed { reason: "the service answered unexpectedly" },
    }
}
