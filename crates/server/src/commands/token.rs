//! `notespot-server token …`

use std::time::Duration;

use anyhow::{Context as _, bail};
use notespot_protocol::{NewAccessToken, Scope, Timestamp};

use super::named::named;
use crate::access;
use crate::audit;
use crate::client_address::Origin;
use crate::config::{Config, TokenCommand, TokenScope};
use crate::stores;

pub(super) async fn run(config: &Config, command: TokenCommand) -> anyhow::Result<()> {
    let TokenCommand::Create { email, scopes, name, ends } = command;
    let ends_at = ends.as_deref().map(read_duration).transpose()?.map(|time| Timestamp::now().plus(time));
    stores::make_data_dir(&config.data_dir)?;
    let metadata = stores::open_metadata(config).await?;
    let user = named(&metadata, config, &email).await?;
    let wanted = NewAccessToken { name, scopes: scopes_of(&scopes), ends_at };
    let made =
        access::make_token(&*metadata.store, &user, wanted).await.context("The token could not be saved.")?;
    audit::token_made(&user, &Origin(None), &made.token);
    metadata.close().await;
    println!("{}", made.secret);
    Ok(())
}

fn scopes_of(given: &[TokenScope]) -> Vec<Scope> {
    if given.is_empty() {
        return vec![Scope::Read, Scope::Upload, Scope::Manage];
    }
    let scope = |scope: &TokenScope| match scope {
        TokenScope::Read => Scope::Read,
        TokenScope::Upload => Scope::Upload,
        TokenScope::Manage => Scope::Manage,
    };
    given.iter().map(scope).collect()
}

fn read_duration(text: &str) -> anyhow::Result<Duration> {
    const HOUR: u64 = 60 * 60;
    let wrong = || format!("--ends {text}: a time is expected, such as 12h, 30d or 8w.");
    let (digits, unit) = text.split_at_checked(text.len().saturating_sub(1)).with_context(wrong)?;
    let number: u64 = digits.parse().ok().filter(|number| *number > 0).with_context(wrong)?;
    let seconds = match unit {
        "h" => HOUR,
        "d" => 24 * HOUR,
        "w" => 7 * 24 * HOUR,
        _ => bail!(wrong()),
    };
    number.checked_mul(seconds).map(Duration::from_secs).with_context(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_write_them() {
        assert_eq!(read_duration("30d").unwrap(), Duration::from_hours(30 * 24));
        assert_eq!(read_duration("12h").unwrap(), Duration::from_hours(12));
        for text in ["", "d", "0d", "30", "30y", "-1d", "1\u{fc}"] {
            assert!(read_duration(text).is_err(), "{text}");
        }
    }
}
