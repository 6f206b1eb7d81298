//! What is remembered between runs, beside the library and the session.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::AppError;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Settings {
    #[serde(default)]
    server: Option<Url>,
}

fn file(config_dir: &Path) -> PathBuf {
    config_dir.join("settings.json")
}

/// The server that was used last. Settings that cannot be read are none.
pub(crate) fn remembered_server(config_dir: &Path) -> Option<Url> {
    let text = std::fs::read_to_string(file(config_dir)).ok()?;
    match serde_json::from_str::<Settings>(&text) {
        Ok(settings) => settings.server,
        Err(error) => {
            tracing::warn!(%error, "the settings cannot be read: going on without them");
            None
        }
    }
}

/// Remembers a server: after a crash, the file holds the old one or the new one.
pub(crate) fn remember_server(config_dir: &Path, server: &Url) -> Result<(), AppError> {
    let path = file(config_dir);
    let settings = Settings { server: Some(server.clone()) };
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
mod tests {
    use super::*;

    #[test]
    fn a_server_is_remembered_and_broken_settings_are_none() {
        let folder = tempfile::tempdir().unwrap();
        let config_dir = folder.path().join("new");
        assert_eq!(remembered_server(&config_dir), None);
        let server = Url::parse("https://files.example.org").unwrap();
        remember_server(&config_dir, &server).unwrap();
        assert_eq!(remembered_server(&config_dir), Some(server));
        std::fs::write(file(&config_dir), "{").unwrap();
        assert_eq!(remembered_server(&config_dir), None);
    }
}
