//! Opening what the server stands on.

mod metadata;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use notespot_metadata::MetadataStore;
use notespot_objects::ObjectStore;
use notespot_objects::embedded::{self, EmbeddedStore};
use notespot_objects::s3::{S3Config, S3Store};
use url::Url;

pub(crate) use self::metadata::{OpenMetadata, advice_for_mongodb, advice_for_sqlite, open_metadata};
use crate::config::{Config, Issuer, Objects};
use crate::identity::{
    Backend, KeyTimes, LocalProvider, LocalSettings, TrustedIssuer, Verifier, http_client,
};

/// What the server stands on.
pub(crate) struct Parts {
    pub(crate) metadata: OpenMetadata,
    pub(crate) objects: Arc<dyn ObjectStore>,
    /// The object store in this process, where there is one: it is served under its bucket's name.
    pub(crate) embedded: Option<EmbeddedStore>,
    /// The identity provider in this process, where there is one.
    pub(crate) provider: Option<Arc<LocalProvider>>,
    pub(crate) verifier: Arc<Verifier>,
    pub(crate) issuer: String,
    pub(crate) client_id: String,
}

/// Opens everything, or says what stands in the way.
pub(crate) async fn open(config: &Config, public_url: &Url) -> anyhow::Result<Parts> {
    let metadata = open_metadata(config).await?;
    let embedded = match &config.objects {
        Objects::Embedded => Some(open_embedded(&config.data_dir, public_url)?),
        Objects::S3(_) => None,
    };
    let objects: Arc<dyn ObjectStore> = match (&config.objects, &embedded) {
        (_, Some(store)) => Arc::new(store.clone()),
        (Objects::S3(bucket), None) => open_bucket(bucket).await?,
        (Objects::Embedded, None) => bail!("The object store did not open."),
    };
    let provider = if config.issuers.contains(&Issuer::Local) {
        Some(open_provider(config, public_url, &metadata).await?)
    } else {
        None
    };
    let (issuer, client_id) = sign_in_at(config, provider.as_ref())?;
    let verifier = Arc::new(Verifier::new(public_url, trusted(config, provider.as_ref())?));
    Ok(Parts { metadata, objects, embedded, provider, verifier, issuer, client_id })
}

/// Makes the data folder, readable by this user only.
pub(crate) fn make_data_dir(folder: &Path) -> anyhow::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).with_context(|| format!("The data folder {} cannot be made.", folder.display()))
}

fn open_embedded(data_dir: &Path, public_url: &Url) -> anyhow::Result<EmbeddedStore> {
    EmbeddedStore::open(&data_dir.join("objects"), public_url).map_err(|error| {
        let advice = match &error {
            embedded::OpenError::InUse => {
                "Another server uses this data folder. Stop it, or choose another --data-dir."
            }
            _ => "Check that the folder belongs to this user and that the disk is not full.",
        };
        anyhow!(error).context(format!("The object store cannot be opened. {advice}"))
    })
}

async fn open_bucket(bucket: &S3Config) -> anyhow::Result<Arc<dyn ObjectStore>> {
    let store = S3Store::open(bucket).await.context("The bucket cannot be used.")?;
    Ok(Arc::new(store))
}

async fn open_provider(
    config: &Config,
    public_url: &Url,
    metadata: &OpenMetadata,
) -> anyhow::Result<Arc<LocalProvider>> {
    let settings = LocalSettings {
        keys_dir: config.data_dir.join("identity"),
        public_url: public_url.clone(),
        // An id that was given is that of the app at the issuer elsewhere. Who signed in here before goes on with
        // the one that was made here.
        client_id: config.oauth_client_id.clone().filter(|_| elsewhere(config).next().is_none()),
        sign_up: config.sign_up,
    };
    let limits: Arc<dyn MetadataStore> = Arc::clone(&metadata.store);
    let provider = LocalProvider::open(Arc::clone(&metadata.accounts), limits, settings).await;
    provider.context("The local identity provider cannot start.")
}

/// The issuer and client id that apps sign in with.
fn sign_in_at(config: &Config, provider: Option<&Arc<LocalProvider>>) -> anyhow::Result<(String, String)> {
    match (config.issuers.first(), provider) {
        (Some(Issuer::External(url)), _) => {
            let client_id = config.oauth_client_id.clone().context("--oauth-client-id is missing.")?;
            Ok((url.as_str().trim_end_matches('/').to_owned(), client_id))
        }
        (_, Some(provider)) => Ok((provider.issuer().to_owned(), provider.client_id().to_owned())),
        (_, None) => bail!("There is no identity provider."),
    }
}

/// The issuers that are not in this process.
fn elsewhere(config: &Config) -> impl Iterator<Item = &Url> {
    config.issuers.iter().filter_map(|issuer| match issuer {
        Issuer::External(url) => Some(url),
        Issuer::Local => None,
    })
}

/// The secret key is that of the first issuer elsewhere.
fn trusted(config: &Config, provider: Option<&Arc<LocalProvider>>) -> anyhow::Result<Vec<TrustedIssuer>> {
    let mut trusted: Vec<_> = provider.map(LocalProvider::trusted).into_iter().collect();
    let Some(client_id) = &config.oauth_client_id else { return Ok(trusted) };
    if config.clerk.webhook_secret.is_none() {
        tracing::warn!(
            "CLERK_WEBHOOK_SECRET is not set: what belongs to people who are deleted at Clerk stays here, and who is \
             banned there gets in here"
        );
    }
    let http = http_client().context("The HTTP client cannot start.")?;
    let mut backend =
        config.clerk.secret_key.clone().map(|key| Backend::new(config.clerk.api.clone(), key, http.clone()));
    for url in elsewhere(config) {
        let parties = &config.authorized_parties;
        let issuer = TrustedIssuer::external(url, client_id, parties, http.clone(), KeyTimes::default());
        trusted.push(match backend.take() {
            Some(backend) => issuer.with_backend(backend),
            None => issuer,
        });
    }
    Ok(trusted)
}
