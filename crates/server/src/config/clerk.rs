//! What is set of Clerk's.

use url::Url;

use super::arguments::Settings;
use super::resolve::{Problem, is_loopback, problem};
use crate::identity::WebhookSecret;
use crate::secret::Secret;

const API: &str = "https://api.clerk.com";

/// What this server knows of its Clerk instance, beside issuer and client id.
#[derive(Debug)]
pub struct ClerkConfig {
    /// The secret key of the instance's Backend API, `sk_live_…`.
    pub secret_key: Option<Secret>,
    /// What its webhooks are signed with.
    pub webhook_secret: Option<WebhookSecret>,
    /// Where its Backend API is, without the version.
    pub api: Url,
}

/// Reads it, or says all that is wrong.
pub(super) fn read(settings: &Settings) -> Result<ClerkConfig, Vec<Problem>> {
    let mut problems = Vec::new();
    let webhook_secret = settings.clerk_webhook_secret.as_ref().map(|secret| secret.expose().parse());
    let webhook_secret: Option<WebhookSecret> = webhook_secret.transpose().unwrap_or_else(|wrong| {
        problems.push(problem(format!("CLERK_WEBHOOK_SECRET is no signing secret: {wrong}.")));
        None
    });
    let secret_key = settings.clerk_secret_key.as_ref().map(|key| Secret::new(key.expose().trim()));
    if secret_key.as_ref().is_some_and(|key| !is_key(key.expose())) {
        problems.push(problem("CLERK_SECRET_KEY is no secret key: it begins with sk_test_ or sk_live_."));
    }
    let text = settings.clerk_api_url.as_deref().unwrap_or(API);
    let api = Url::parse(text).ok();
    let api = api.filter(|url| url.has_host() && (url.scheme() == "https" || is_loopback(url)));
    match api {
        Some(api) if problems.is_empty() => Ok(ClerkConfig { secret_key, webhook_secret, api }),
        Some(_) => Err(problems),
        None => {
            problems.push(problem(format!("--clerk-api-url {text}: an https address is expected.")));
            Err(problems)
        }
    }
}

/// It goes into a header as it is.
fn is_key(text: &str) -> bool {
    (text.starts_with("sk_test_") || text.starts_with("sk_live_"))
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_with(key: &str, webhook: &str, api: &str) -> Result<ClerkConfig, Vec<Problem>> {
        read(&Settings {
            clerk_secret_key: Some(Secret::new(key)),
            clerk_webhook_secret: Some(Secret::new(webhook)),
            clerk_api_url: Some(api.to_owned()),
            ..Settings::default()
        })
    }

    #[test]
    fn what_is_set_of_clerk_is_checked_and_shown_nowhere() {
        let webhook = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let read = read_with(" sk_test_abc\n", webhook, API).unwrap();
        assert_eq!(read.secret_key.as_ref().unwrap().expose(), "sk_test_abc");
        let shown = format!("{read:?}");
        assert!(!shown.contains("sk_test_abc") && !shown.contains("MfKQ"), "{shown}");
        let problems = read_with("pk_test_secretive", "secretive", "http://api.clerk.com").unwrap_err();
        assert_eq!(problems.len(), 3);
        assert!(!format!("{problems:?}").contains("secretive"), "{problems:?}");
    }
}
