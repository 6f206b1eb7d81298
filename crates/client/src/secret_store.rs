//! Where the refresh token is kept between runs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::Secret;

mod keyring_store;

pub use keyring_store::Keyring;

/// Why a secret could not be kept or read. Holds nothing of the secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretStoreError {
    /// There is no keyring service on this system.
    #[error("there is no keyring service")]
    NoService,
    /// There is one, and it is locked or refuses.
    #[error("the keyring is locked or refuses access")]
    NoAccess,
    /// It failed in another way.
    #[error("the keyring failed: {reason}")]
    Failed {
        /// For the log.
        reason: &'static str,
    },
    /// It took a secret and gave another one back.
    #[error("the keyring does not give back what it was given")]
    Unreliable,
}

/// Keeps one secret for each account. Calls may block: for a person to unlock a keyring, even. They
/// are made off the async threads.
pub trait SecretStore: Send + Sync + 'static {
    /// The secret of an account, or `None` when there is none.
    fn load(&self, account: &str) -> Result<Option<Secret>, SecretStoreError>;

    /// Keeps a secret, in place of the one before. When this returns, it outlives a crash, as far
    /// as the store does.
    fn save(&self, account: &str, secret: &Secret) -> Result<(), SecretStoreError>;

    /// Forgets the secret of an account; without one, changes nothing.
    fn forget(&self, account: &str) -> Result<(), SecretStoreError>;

    /// Whether what it keeps outlives the program.
    fn outlives_program(&self) -> bool;
}

/// Keeps secrets in memory: for systems without a keyring, and for tests. Clones share.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    secrets: Arc<Mutex<HashMap<String, Secret>>>,
    outlives_program: bool,
}

impl MemoryStore {
    /// A store that says of itself that it outlives the program: stands for a keyring in tests.
    #[must_use]
    pub fn as_keyring() -> Self {
        Self { outlives_program: true, ..Self::default() }
    }

    fn with<T>(&self, f: impl FnOnce(&mut HashMap<String, Secret>) -> T) -> T {
        f(&mut self.secrets.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl SecretStore for MemoryStore {
    fn load(&self, account: &str) -> Result<Option<Secret>, SecretStoreError> {
        Ok(self.with(|secrets| secrets.get(account).cloned()))
    }

    fn save(&self, account: &str, secret: &Secret) -> Result<(), SecretStoreError> {
        self.with(|secrets| secrets.insert(account.to_owned(), secret.clone()));
        Ok(())
    }

    fn forget(&self, account: &str) -> Result<(), SecretStoreError> {
        self.with(|secrets| secrets.remove(account));
        Ok(())
    }

    fn outlives_program(&self) -> bool {
        self.outlives_program
    }
}

/// Whether a store keeps what it is given, found out by giving it something: some say yes and
/// refuse afterwards (a daemon without a collection answers `get` and refuses `set`).
pub(crate) fn probe(store: &dyn SecretStore) -> Result<(), SecretStoreError> {
    const ACCOUNT: &str = "probe";
    let given = Secret::new(format!("{:016x}", rand::random::<u64>()));
    store.save(ACCOUNT, &given)?;
    let back = store.load(ACCOUNT)?;
    store.forget(ACCOUNT)?;
    // Another program of ours may have probed in between: what came back proves that it works.
    if back.is_some() { Ok(()) } else { Err(SecretStoreError::Unreliable) }
}
