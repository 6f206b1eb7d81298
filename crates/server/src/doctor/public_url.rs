//! The address that people are given.

use std::time::Duration;

use notespot_protocol::Discovery;
use url::Url;

use crate::config::Config;
use crate::findings::Outcome::{Doubtful, Fine, Wrong};
use crate::findings::{Finding, Outcome, finding, with_causes};

const WITHIN: Duration = Duration::from_secs(10);

pub(super) async fn examine(config: &Config, http: &reqwest::Client) -> Finding {
    finding("public URL", of(config, http).await)
}

async fn of(config: &Config, http: &reqwest::Client) -> Outcome {
    let Some(url) = &config.public_url else {
        if config.listen.ip().is_loopback() {
            return Fine("None is set: links work on this machine alone.".to_owned());
        }
        return Wrong(format!(
            "None is set, and links begin with http://{}. Set NOTESPOT_PUBLIC_URL to the address that others use.",
            config.listen
        ));
    };
    let local = url.host_str().is_some_and(|host| host == "localhost" || host.starts_with("127."));
    if url.scheme() != "https" && !local {
        return Wrong(format!("{url} is not encrypted: tokens could be read on their way. Use https."));
    }
    match asked(url, http).await {
        Ok(discovery) if discovery.public_url == url.as_str().trim_end_matches('/') => {
            Fine(format!("A server answers at {url} and calls itself so."))
        }
        Ok(discovery) => Wrong(format!(
            "The server at {url} calls itself {}. Set its NOTESPOT_PUBLIC_URL to the address that others use.",
            discovery.public_url
        )),
        Err(why) => Doubtful(format!(
            "No Notespot answers at {url}: {why}. Start the server; if it runs, look at DNS, the proxy and the \
             firewall."
        )),
    }
}

async fn asked(url: &Url, http: &reqwest::Client) -> Result<Discovery, String> {
    let path = format!("{}/.well-known/notespot.json", url.as_str().trim_end_matches('/'));
    let said = |error: reqwest::Error| with_causes(&error.without_url());
    let answer = http.get(path).timeout(WITHIN).send().await.map_err(said)?;
    let answer = answer.error_for_status().map_err(said)?;
    let discovery: Discovery = answer.json().await.map_err(said)?;
    if discovery.product == Discovery::PRODUCT {
        Ok(discovery)
    } else {
        Err("another program answers".to_owned())
    }
}
