//! Whether everything that a server of these settings stands on is as it has to be. Nothing of the deployment's own is
//! changed: what is written to try something is removed again.

mod clock;
mod disk;
mod identity;
mod metadata;
mod objects;
mod public_url;

use crate::config::Config;
use crate::findings::Finding;
use crate::identity::http_client;

/// Looks at everything, one after the other. With `set_rules`, sets the bucket's rules first.
///
/// # Errors
/// Where the HTTP client cannot start.
pub(crate) async fn examine(config: &Config, set_rules: bool) -> Result<Vec<Finding>, reqwest::Error> {
    let http = http_client()?;
    let mut findings = metadata::examine(config).await;
    findings.extend(objects::examine(config, &http, set_rules).await);
    findings.extend(disk::examine(config));
    findings.extend(identity::examine(config, &http).await);
    findings.push(public_url::examine(config, &http).await);
    findings.extend(clock::missing(&findings));
    Ok(findings)
}
