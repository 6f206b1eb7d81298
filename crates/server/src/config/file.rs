//! The settings' file.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::arguments::{OperationsSettings, Settings};
use crate::secret::Secret;

/// What a file may hold: the flags, with underscores. An unknown key is a problem, not a wish.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<String>,
    public_url: Option<String>,
    data_dir: Option<PathBuf>,
    metadata: Option<String>,
    objects: Option<String>,
    issuer: Option<Vec<String>>,
    oauth_client_id: Option<String>,
    authorized_parties: Option<Vec<String>>,
    clerk_secret_key: Option<Secret>,
    clerk_webhook_secret: Option<Secret>,
    clerk_api_url: Option<String>,
    sign_up: Option<String>,
    quota: Option<String>,
    log_format: Option<String>,
    trusted_proxies: Option<Vec<String>>,
    connections: Option<Number>,
    connections_per_address: Option<Number>,
    metrics_token: Option<Secret>,
    requests_per_minute: Option<Number>,
    anonymous_requests_per_minute: Option<Number>,
    drain_delay: Option<String>,
}

/// A number, or a word such as `off`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Number {
    Number(u64),
    Text(String),
}

impl From<Number> for String {
    fn from(number: Number) -> Self {
        match number {
            Number::Number(number) => number.to_string(),
            Number::Text(text) => text,
        }
    }
}

/// Fills in from the file what was given neither as a flag nor in the environment.
pub(super) fn fill_in(settings: Settings) -> Result<Settings, FileProblem> {
    let Some(path) = settings.config.clone() else { return Ok(settings) };
    let file = read(&path)?;
    let given = settings.operations;
    Ok(Settings {
        config: settings.config,
        listen: settings.listen.or(file.listen),
        public_url: settings.public_url.or(file.public_url),
        data_dir: settings.data_dir.or(file.data_dir),
        metadata: settings.metadata.or(file.metadata),
        objects: settings.objects.or(file.objects),
        issuer: settings.issuer.or(file.issuer),
        oauth_client_id: settings.oauth_client_id.or(file.oauth_client_id),
        authorized_parties: settings.authorized_parties.or(file.authorized_parties),
        clerk_secret_key: settings.clerk_secret_key.or(file.clerk_secret_key),
        clerk_webhook_secret: settings.clerk_webhook_secret.or(file.clerk_webhook_secret),
        clerk_api_url: settings.clerk_api_url.or(file.clerk_api_url),
        sign_up: settings.sign_up.or(file.sign_up),
        quota: settings.quota.or(file.quota),
        operations: OperationsSettings {
            log_format: given.log_format.or(file.log_format),
            trusted_proxies: given.trusted_proxies.or(file.trusted_proxies),
            connections: given.connections.or(file.connections.map(Into::into)),
            connections_per_address: given
                .connections_per_address
                .or(file.connections_per_address.map(Into::into)),
            metrics_token: given.metrics_token.or(file.metrics_token),
            requests_per_minute: given.requests_per_minute.or(file.requests_per_minute.map(Into::into)),
            anonymous_requests_per_minute: given
                .anonymous_requests_per_minute
                .or(file.anonymous_requests_per_minute.map(Into::into)),
            drain_delay: given.drain_delay.or(file.drain_delay),
        },
    })
}

fn read(path: &Path) -> Result<File, FileProblem> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| FileProblem::Unreadable { path: path.into(), error })?;
    toml::from_str(&text)
        .map_err(|error| FileProblem::Malformed { path: path.into(), error: Box::new(error) })
}

/// What is wrong with the file.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileProblem {
    #[error("{} cannot be read: {error}", path.display())]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("{} is not as it should be: {error}", path.display())]
    Malformed { path: PathBuf, error: Box<toml::de::Error> },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::super::arguments::Arguments;
    use super::*;

    /// As it is given to people, and with every setting in it turned on.
    #[test]
    fn the_example_is_read_as_it_is_and_with_all_that_it_names() {
        let example = include_str!("../../../../deploy/notespot-server.example.toml");
        toml::from_str::<File>(example).unwrap();
        let is_setting = |line: &&str| {
            let key = line.strip_prefix('#').and_then(|line| line.split_once(" = "));
            key.is_some_and(|(key, _)| key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
        };
        let settings: Vec<&str> = example.lines().filter(is_setting).map(|line| &line[1..]).collect();
        for flag in Arguments::command().get_arguments().filter_map(clap::Arg::get_long) {
            let key = format!("{} = ", flag.replace('-', "_"));
            let is_there = flag == "config" || settings.iter().any(|setting| setting.starts_with(&key));
            assert!(is_there, "{flag} is not in the example");
        }
        for setting in settings {
            toml::from_str::<File>(setting).unwrap_or_else(|error| panic!("{setting}: {error}"));
        }
    }
}
