//! Passwords: argon2id with the parameters that OWASP's Password Storage Cheat Sheet names (19 MiB,
//! two passes, one lane).

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// At the same time: bounds memory to 38 MiB and leaves the processor to others.
const AT_ONCE: usize = 2;
const WAIT_AT_MOST: Duration = Duration::from_secs(10);

/// Hashes and compares passwords on the blocking pool, few at a time.
#[derive(Clone)]
pub(super) struct Passwords {
    slots: Arc<Semaphore>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum PasswordError {
    /// Others were first for too long.
    #[error("too many passwords are being checked")]
    Busy,
    /// The hash is not one that [`Passwords::hash`] made, or memory ran out.
    #[error("argon2 failed")]
    Argon2(#[from] argon2::password_hash::Error),
}

impl Passwords {
    pub(super) fn new() -> Self {
        Self { slots: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// A salted hash in PHC form.
    pub(super) async fn hash(&self, password: Zeroizing<String>) -> Result<String, PasswordError> {
        self.run(move || Ok(argon2()?.hash_password(password.as_bytes())?.to_string())).await
    }

    /// Whether the password is the one that was hashed.
    pub(super) async fn matches(
        &self,
        password: Zeroizing<String>,
        hash: String,
    ) -> Result<bool, PasswordError> {
        self.run(move || {
            let hash = PasswordHash::new(&hash).map_err(argon2::password_hash::Error::from)?;
            match argon2()?.verify_password(password.as_bytes(), &hash) {
                Ok(()) => Ok(true),
                Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
                Err(error) => Err(error.into()),
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let slot = tokio::time::timeout(WAIT_AT_MOST, Arc::clone(&self.slots).acquire_owned()).await;
        let Ok(Ok(slot)) = slot else { return Err(PasswordError::Busy) };
        // The slot goes along: a request that is dropped meanwhile still burns a processor.
        let done = tokio::task::spawn_blocking(move || {
            let _slot = slot;
            work()
        });
        done.await.unwrap_or(Err(PasswordError::Busy))
    }
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(argon2::password_hash::Error::from)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_and_no_other() {
        let passwords = Passwords::new();
        let typed = |text: &str| Zeroizing::new(text.to_owned());
        let hash = passwords.hash(typed("correct horse")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.matches(typed("correct horse"), hash.clone()).await.unwrap());
        assert!(!passwords.matches(typed("wrong horse"), hash).await.unwrap());
    }
}
