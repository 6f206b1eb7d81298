//! `notespot-server check-clerk`

use anyhow::{Context as _, bail};

use crate::config::{Config, Issuer};
use crate::findings::how_many_are_wrong;
use crate::identity::clerk::check::{Instance, check};
use crate::identity::http_client;

pub(super) async fn run(config: &Config) -> anyhow::Result<()> {
    let issuer = config.issuers.iter().find_map(|issuer| match issuer {
        Issuer::External(url) => Some(url),
        Issuer::Local => None,
    });
    let issuer = issuer.context("There is no Clerk to check: set NOTESPOT_ISSUER to its address.")?;
    let instance = Instance {
        issuer,
        client_id: config.oauth_client_id.as_deref().context("--oauth-client-id is missing.")?,
        authorized_parties: &config.authorized_parties,
        api: &config.clerk.api,
        secret_key: config.clerk.secret_key.as_ref(),
        has_webhook_secret: config.clerk.webhook_secret.is_some(),
    };
    let http = http_client().context("The HTTP client cannot start.")?;
    let findings = check(&instance, &http).await;
    for finding in &findings {
        println!("{finding}");
    }
    how_many_are_wrong(&findings).map_or(Ok(()), |said| bail!(said))
}
