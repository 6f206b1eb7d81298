//! Whose personal access token it is, remembered so that its owner's list is there without a network too.

use std::path::PathBuf;

use notespot_protocol::UserId;
use url::Url;

use crate::AppConfig;
use crate::remote::name_of;

/// The owner of the configured token, as the server said it once.
pub(crate) async fn recall(config: &AppConfig, server: &Url) -> Option<UserId> {
    let owner = tokio::fs::read_to_string(path(config, server)?).await.ok()?;
    (!owner.is_empty()).then_some(UserId(owner))
}

/// Keeps what the server said. Without it, the list waits for the server at the next start: no harm is done.
pub(crate) async fn remember(config: &AppConfig, server: &Url, owner: &UserId) {
    let Some(path) = path(config, server) else { return };
    let kept = async {
        if let Some(folder) = path.parent() {
            tokio::fs::create_dir_all(folder).await?;
        }
        tokio::fs::write(&path, &owner.0).await
    };
    if let Err(error) = kept.await {
        tracing::warn!(%error, "whose token it is could not be remembered");
    }
}

/// Named by a hash: the token itself stays in memory.
fn path(config: &AppConfig, server: &Url) -> Option<PathBuf> {
    let name = name_of(&[server.as_str(), config.token.as_ref()?.expose()]);
    Some(config.data_dir.join("sessions").join(format!("{name}.owner")))
}
