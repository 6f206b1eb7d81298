//! S3, and every store that speaks its protocol.
//!
//! The server's own calls go through the AWS SDK; presigning is local. Credentials come from AWS's
//! own chain (environment, profile, container, instance role), and are taken up anew before they end.

mod config;
mod credentials;
mod errors;
mod look_up;
mod probe;
mod store;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::SharedCredentialsProvider;
use rusty_s3::{Bucket, UrlStyle};
use url::Url;

pub use self::config::{BadS3Config, S3Config};
use self::credentials::Kept;
use self::probe::Probe;

/// Why the bucket cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Neither the configuration nor the environment names a region.
    #[error("no region is named: add region=… to the bucket's address, or set AWS_REGION")]
    NoRegion,
    /// AWS's chain found no credentials.
    #[error(
        "no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role"
    )]
    NoCredentials,
    /// Objects' addresses cannot be made of the endpoint and the bucket's name.
    #[error("the endpoint and the bucket's name make no address")]
    BadEndpoint,
}

/// A bucket. Holds no object in memory; parts of a list are held while it is read (about 200 bytes
/// each, at most 10,000).
pub struct S3Store {
    client: Client,
    name: String,
    /// As clients reach it.
    bucket: Bucket,
    credentials: Kept,
    probe: Probe,
}

impl S3Store {
    /// Takes up credentials and region. Asks the bucket nothing yet: see
    /// [`ObjectStore::check`](crate::ObjectStore::check).
    pub async fn open(config: &S3Config) -> Result<Self, OpenError> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(region) = &config.region {
            loader = loader.region(Region::new(region.clone()));
        }
        let shared = loader.load().await;
        let provider = shared.credentials_provider().ok_or(OpenError::NoCredentials)?;
        let region = shared.region().ok_or(OpenError::NoRegion)?.to_string();
        Self::with(config, &region, provider, aws_sdk_s3::config::Builder::from(&shared))
    }

    /// With credentials that are given here.
    pub fn with_credentials(config: &S3Config, key: &str, secret: &str) -> Result<Self, OpenError> {
        let region = config.region.clone().ok_or(OpenError::NoRegion)?;
        let credentials = aws_sdk_s3::config::Credentials::new(key, secret, None, None, "given");
        let provider = SharedCredentialsProvider::new(credentials);
        let builder = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.clone()))
            .credentials_provider(provider.clone());
        Self::with(config, &region, provider, builder)
    }

    fn with(
        config: &S3Config,
        region: &str,
        provider: SharedCredentialsProvider,
        mut builder: aws_sdk_s3::config::Builder,
    ) -> Result<Self, OpenError> {
        if let Some(endpoint) = &config.endpoint {
            builder = builder.endpoint_url(endpoint.as_str());
        }
        let client = Client::from_conf(builder.force_path_style(config.path_style).build());
        let style = if config.path_style { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let bucket =
            Bucket::new(public_endpoint(config, region)?, style, config.bucket.clone(), region.to_owned())
                .map_err(|_| OpenError::BadEndpoint)?;
        Ok(Self {
            client,
            name: config.bucket.clone(),
            bucket,
            credentials: Kept::new(provider),
            probe: Probe::new(config.checksum),
        })
    }
}

/// Where clients reach the store: Amazon's own address where nothing else is said.
fn public_endpoint(config: &S3Config, region: &str) -> Result<Url, OpenError> {
    match config.public_endpoint.as_ref().or(config.endpoint.as_ref()) {
        Some(endpoint) => Ok(endpoint.clone()),
        None => Url::parse(&format!("https://s3.{region}.amazonaws.com")).map_err(|_| OpenError::BadEndpoint),
    }
}
