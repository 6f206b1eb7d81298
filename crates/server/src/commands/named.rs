//! Whom an operator means.

use anyhow::{Context as _, bail};
use notespot_metadata::MetadataError;
use notespot_metadata::users::Profile;
use notespot_protocol::UserId;

use crate::config::Config;
use crate::stores::OpenMetadata;

/// The user with this id, or else the only one with this e-mail address, at the local identity provider or at one
/// elsewhere. Somebody who has an account here and was never signed in gets a record.
pub(super) async fn named(metadata: &OpenMetadata, config: &Config, text: &str) -> anyhow::Result<UserId> {
    let id = UserId(text.to_owned());
    let unreadable = "The users could not be read.";
    match metadata.store.user(&id).await {
        Ok(me) => return Ok(me.id),
        Err(MetadataError::NotFound) => {}
        Err(error) => return Err(error).context(unreadable),
    }
    let mut found = metadata.store.users_by_email(text).await.context(unreadable)?;
    let accounts = &metadata.accounts;
    // By address without regard to case, as people sign in; by id for an account that nobody has used.
    for account in [accounts.account_by_email(text).await, accounts.account(&id).await] {
        let account = match account {
            Ok(account) => account,
            Err(MetadataError::NotFound) => continue,
            Err(error) => return Err(error).context("The account could not be read."),
        };
        if found.contains(&account.id) {
            continue;
        }
        let profile = Profile { id: account.id, name: account.name, email: Some(account.email) };
        let me = metadata.store.ensure_user(&profile, config.quota).await;
        found.push(me.context("The user could not be saved.")?.id);
    }
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => bail!(
            "There is no user {text}: an e-mail address as the identity provider writes it is expected, or an id. \
             `notespot-server user add` makes an account here; who signs in elsewhere is known from the first time on."
        ),
        several => {
            let ids: Vec<_> = several.iter().map(|id| id.0.as_str()).collect();
            bail!("Several users have the address {text}: {}. Name one of these ids.", ids.join(", "))
        }
    }
}
