//! What is kept of a session between runs.

use std::sync::Arc;

use notespot_protocol::UserId;
use serde::{Deserialize, Serialize};

use crate::{Secret, SecretStore, SecretStoreError};

/// A refresh token, and whom it may be sent to: a server that suddenly names another issuer does
/// not get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeptSession {
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) user: UserId,
    pub(crate) refresh_token: Secret,
}

/// The same, as text for the keyring. Only ever in memory between two moves.
#[derive(Serialize, Deserialize)]
struct Entry<'a> {
    issuer: &'a str,
    client_id: &'a str,
    user: &'a str,
    refresh_token: &'a str,
}

impl KeptSession {
    fn to_entry(&self) -> Secret {
        let entry = Entry {
            issuer: &self.issuer,
            client_id: &self.client_id,
            user: &self.user.0,
            refresh_token: self.refresh_token.expose(),
        };
        // Four texts: serialising them cannot fail.
        Secret::new(serde_json::to_string(&entry).unwrap_or_default())
    }

    fn from_entry(secret: &Secret) -> Option<Self> {
        #[derive(Deserialize)]
        struct Owned {
            issuer: String,
            client_id: String,
            user: String,
            refresh_token: String,
        }
        let entry: Owned = serde_json::from_str(secret.expose()).ok()?;
        Some(Self {
            issuer: entry.issuer,
            client_id: entry.client_id,
            user: UserId(entry.user),
            refresh_token: Secret::new(entry.refresh_token),
        })
    }
}

/// The store, called off the async threads, for one account.
#[derive(Clone)]
pub(crate) struct Kept {
    store: Arc<dyn SecretStore>,
    account: String,
}

impl Kept {
    pub(crate) fn new(store: Arc<dyn SecretStore>, account: String) -> Self {
        Self { store, account }
    }

    pub(crate) fn outlives_program(&self) -> bool {
        self.store.outlives_program()
    }

    /// The session; `None` when there is none, or when the entry is not ours.
    pub(crate) async fn load(&self) -> Result<Option<KeptSession>, SecretStoreError> {
        let entry = self.off_thread(SecretStore::load).await?;
        Ok(entry.as_ref().and_then(KeptSession::from_entry))
    }

    pub(crate) async fn save(&self, session: &KeptSession) -> Result<(), SecretStoreError> {
        let entry = session.to_entry();
        self.off_thread(move |store, account| store.save(account, &entry)).await
    }

    pub(crate) async fn forget(&self) -> Result<(), SecretStoreError> {
        self.off_thread(SecretStore::forget).await
    }

    pub(crate) async fn probe(&self) -> Result<(), SecretStoreError> {
        self.off_thread(|store, _| crate::secret_store::probe(store)).await
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn SecretStore, &str) -> Result<T, SecretStoreError> + Send + 'static,
    ) -> Result<T, SecretStoreError> {
        let this = self.clone();
        tokio::task::spawn_blocking(move || work(&*this.store, &this.account))
            .await
            .unwrap_or(Err(SecretStoreError::Failed { reason: "the call was stopped" }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_session_comes_back_from_its_entry() {
        let session = KeptSession {
            issuer: "https://id.example.org".into(),
            client_id: "desktop".into(),
            user: UserId("user_1".into()),
            refresh_token: Secret::new("rt\"1\""),
        };
        assert_eq!(KeptSession::from_entry(&session.to_entry()), Some(session));
        assert_eq!(KeptSession::from_entry(&Secret::new("not ours")), None);
    }

    #[test]
    fn an_entry_fits_into_a_windows_credential() {
        let session = KeptSession {
            issuer: format!("https://{}", "i".repeat(255)),
            client_id: "c".repeat(64),
            user: UserId("u".repeat(255)),
            refresh_token: Secret::new("r".repeat(512)),
        };
        assert!(session.to_entry().expose().len() * 2 <= 2560, "UTF-16 doubles it");
    }
}
