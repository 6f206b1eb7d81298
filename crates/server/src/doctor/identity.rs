//! Who vouches for people: the provider in the server, or one elsewhere.

use crate::config::{Config, Issuer, Metadata};
use crate::findings::Outcome::{Doubtful, Fine};
use crate::findings::{Finding, finding};
use crate::identity::clerk::check::{Instance, check};

pub(super) async fn examine(config: &Config, http: &reqwest::Client) -> Vec<Finding> {
    let mut findings = Vec::new();
    for issuer in &config.issuers {
        match issuer {
            Issuer::Local => findings.push(finding("accounts", local(config))),
            Issuer::External(url) => {
                let instance = Instance {
                    issuer: url,
                    // The settings are refused without it.
                    client_id: config.oauth_client_id.as_deref().unwrap_or_default(),
                    authorized_parties: &config.authorized_parties,
                    api: &config.clerk.api,
                    secret_key: config.clerk.secret_key.as_ref(),
                    has_webhook_secret: config.clerk.webhook_secret.is_some(),
                };
                findings.extend(check(&instance, http).await);
            }
        }
    }
    findings
}

fn local(config: &Config) -> crate::findings::Outcome {
    if config.metadata == Metadata::Sqlite {
        return Fine("The server keeps accounts itself.".to_owned());
    }
    Doubtful(
        "The server keeps accounts itself, and its keys in the data folder. Several servers need the same keys: \
         copy the folder `identity` to each, or sign people in elsewhere."
            .to_owned(),
    )
}
