//! What is remembered between runs, beside the library and the session.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use notespot_protocol::ByteCount;
use notespot_protocol::window::TransferLimits;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::AppError;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Settings {
    #[serde(default)]
    server: Option<Url>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    transfers: Option<TransferLimits>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    offline_budget: Option<ByteCount>,
}

fn file(config_dir: &Path) -> PathBuf {
    config_dir.join("settings.json")
}

/// The server that was used last. Settings that cannot be read are none.
pub(crate) fn remembered_server(config_dir: &Path) -> Option<Url> {
    read(config_dir).server
}

/// Remembers a server: after a crash, the file holds the old one or the new one.
pub(crate) fn remember_server(config_dir: &Path, server: &Url) -> Result<(), AppError> {
    change(config_dir, |settings| settings.server = Some(server.clone()))
}

/// How hard transfers may work, where somebody has said so.
pub(crate) fn remembered_limits(config_dir: &Path) -> Option<TransferLimits> {
    read(config_dir).transfers
}

/// Remembers how hard transfers may work.
pub(crate) fn remember_limits(config_dir: &Path, limits: &TransferLimits) -> Result<(), AppError> {
    change(config_dir, |settings| settings.transfers = Some(limits.clone()))
}

/// How much may be kept available offline, where somebody has said so.
pub(crate) fn remembered_offline_budget(config_dir: &Path) -> Option<ByteCount> {
    read(config_dir).offline_budget
}

/// Remembers how much may be kept available offline.
pub(crate) fn remember_offline_budget(config_dir: &Path, budget: ByteCount) -> Result<(), AppError> {
    change(config_dir, |settings| settings.offline_budget = Some(budget))
}

fn read(config_dir: &Path) -> Settings {
    let Ok(text) = std::fs::read_to_string(file(config_dir)) else { return Settings::default() };
    serde_json::from_str(&text).unwrap_or_else(|error| {
        tracing::warn!(%error, "the settings cannot be read: going on without them");
        Settings::default()
    })
}

/// Changes one thing and keeps the others.
fn change(config_dir: &Path, change: impl FnOnce(&mut Settings)) -> Result<(), AppError> {
    let path = file(config_dir);
    let mut settings = read(config_dir);
    change(&mut settings);
    let write = || {
        std::fs::create_dir_all(config_dir)?;
        let fresh = path.with_extension("json.new");
        let mut out = std::fs::File::create(&fresh)?;
        out.write_all(serde_json::to_string_pretty(&settings)?.as_bytes())?;
        out.sync_all()?;
        std::fs::rename(&fresh, &path)
    };
    write().map_err(|source| AppError::Settings { path: path.clone(), source })
}

#[cfg(test)]
mod fuzz {
    use notespot_testkit::{cases, damaged, damaged_text};
    use proptest::prelude::*;

    use super::*;
    use crate::config::parse_server_url;

    const KEPT: &[u8] = br#"{"server":"https://files.example.org/","transfers":{"up":1000,"down":null,"parallel":4,"memory_mib":64},"offline_budget":1000000}"#;

    proptest! {
        #![proptest_config(cases(300))]

        #[test]
        fn settings_that_were_damaged_can_be_made_anew(text in damaged(Just(KEPT.to_vec())), budget in 0..1_u64 << 53) {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(file(folder.path()), text).unwrap();
            let server = remembered_server(folder.path());
            remember_offline_budget(folder.path(), ByteCount(budget)).unwrap();
            prop_assert_eq!(remembered_offline_budget(folder.path()), Some(ByteCount(budget)));
            prop_assert_eq!(remembered_server(folder.path()), server, "what could be read stays");
        }

        #[test]
        fn a_server_s_address_is_an_origin_or_none(text in damaged_text(prop::sample::select(vec![
            "files.example.org", "127.0.0.1:4800", "http://box.local:8080/", "https://[::1]:4800", "https://u:p@h/p?q#f",
        ]).prop_map(str::to_owned))) {
            if let Ok(url) = parse_server_url(&text) {
                prop_assert_eq!(url.as_str(), format!("{}/", url.origin().ascii_serialization()));
                prop_assert_eq!(parse_server_url(url.as_str()).unwrap(), url);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_remembered_and_broken_settings_are_none() {
        let folder = tempfile::tempdir().unwrap();
        let config_dir = folder.path().join("new");
        assert_eq!(remembered_server(&config_dir), None);
        let server = Url::parse("https://files.example.org").unwrap();
        remember_server(&config_dir, &server).unwrap();
        let limits =
            TransferLimits { up: Some(ByteCount(1_000_000)), down: None, parallel: None, memory_mib: 64 };
        remember_limits(&config_dir, &limits).unwrap();
        assert_eq!(remembered_server(&config_dir), Some(server));
        assert_eq!(remembered_limits(&config_dir), Some(limits));
        std::fs::write(file(&config_dir), "{").unwrap();
        assert_eq!(remembered_server(&config_dir), None);
    }
}
