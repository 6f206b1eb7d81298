use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use notespot_metadata::accounts::{Account, Accounts, Code, Grant};
use notespot_metadata::{MetadataError, Result};
use notespot_protocol::{Sha256, Timestamp, UserId};

#[derive(Default)]
pub(super) struct MemoryAccounts(Mutex<Inner>);
#[derive(Default)]
struct Inner {
    accounts: Vec<Account>,
    codes: HashMap<Sha256, (Code, bool)>,
    tokens: HashMap<Sha256, (Sha256, Grant, bool)>,
}
#[async_trait]
impl Accounts for MemoryAccounts {
    async fn add_account(&self, account: &Account) -> Result<()> {
        let mut inner = self.0.lock().unwrap();
        if inner.accounts.iter().any(|a| a.email.to_lowercase() == account.email.to_lowercase()) {
            return Err(MetadataError::EmailTaken);
        }
        inner.accounts.push(account.clone());
        Ok(())
    }
    async fn account_by_email(&self, email: &str) -> Result<Account> {
        let inner = self.0.lock().unwrap();
        inner.accounts.iter().find(|a| a.email.to_lowercase() == email.to_lowercase()).cloned().ok_or(MetadataError::NotFound)
    }
    async fn account(&self, id: &UserId) -> Result<Account> {
        let inner = self.0.lock().unwrap();
        inner.accounts.iter().find(|a| a.id == *id).cloned().ok_or(MetadataError::NotFound)
    }
    async fn any_account(&self) -> Result<bool> {
        Ok(!self.0.lock().unwrap().accounts.is_empty())
    }
    async fn add_code(&self, hash: Sha256, code: &Code) -> Result<()> {
        self.0.lock().unwrap().codes.insert(hash, (code.clone(), false));
        Ok(())
    }
    async fn take_code(&self, hash: Sha256, now: Timestamp) -> Result<Code> {
        let mut inner = self.0.lock().unwrap();
        let entry = inner.codes.get_mut(&hash).ok_or(MetadataError::NotFound)?;
        if entry.1 {
            inner.tokens.retain(|_, t| t.0 != hash);
            return Err(MetadataError::NotFound);
        }
        entry.1 = true;
        let code = entry.0.clone();
        if code.expires_at <= now { return Err(MetadataError::NotFound); }
        Ok(code)
    }
    async fn add_refresh_token(&self, hash: Sha256, code: Sha256, grant: &Grant) -> Result<()> {
        self.0.lock().unwrap().tokens.insert(hash, (code, grant.clone(), false));
        Ok(())
    }
    async fn rotate_refresh_token(&self, old: Sha256, new: Sha256) -> Result<Grant> {
        let mut inner = self.0.lock().unwrap();
        let entry = inner.tokens.get_mut(&old).ok_or(MetadataError::NotFound)?;
        let (family, grant) = (entry.0, entry.1.clone());
        if entry.2 {
            inner.tokens.retain(|_, t| t.0 != family);
            return Err(MetadataError::NotFound);
        }
        entry.2 = true;
        inner.tokens.insert(new, (family, grant.clone(), false));
        Ok(grant)
    }
    async fn revoke_refresh_token(&self, hash: Sha256) -> Result<()> {
        let mut inner = self.0.lock().unwrap();
        if let Some(family) = inner.tokens.get(&hash).map(|t| t.0) { inner.tokens.retain(|_, t| t.0 != family); }
        Ok(())
    }
    async fn sweep_codes(&self, now: Timestamp) -> Result<()> {
        self.0.lock().unwrap().codes.retain(|_, c| c.0.expires_at > now);
        Ok(())
    }
}
