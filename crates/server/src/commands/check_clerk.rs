//! `notespot-server check-clerk`

use anyhow::{Context as _, bail};

use crate::config::{Config, Issuer};
use crate::identity::clerk::check::{Finding, Instance, Outcome, check};
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
    let mut wrong = 0;
    for Finding { of, outcome } in &findings {
        match outcome {
            Outcome::Fine(said) => println!("ok      {of}: {said}"),
            Outcome::Doubtful(said) => println!("look    {of}: {said}"),
            Outcome::Wrong(said) => {
                wrong += 1;
                println!("wrong   {of}: {said}");
            }
        }
    }
    match wrong {
        0 => Ok(()),
        1 => bail!("One thing is wrong."),
        wrong => bail!("{wrong} things are wrong."),
    }
}
