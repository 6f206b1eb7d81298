//! S3, and every store that speaks its protocol.
//!
//! The server's own calls go through the AWS SDK; presigning is local. Credentials come from AWS's
//! own chain (environment, profile, web identity, container, instance role), and are taken up anew before they end.

mod address;
pub mod check;
mod config;
mod credentials;
mod encryption;
mod errors;
mod look_up;
mod probe;
mod rules;
mod store;

use std::error::Error;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::SharedCredentialsProvider;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use rusty_s3::Bucket;

pub use self::config::{BadS3Config, S3Config};
use self::credentials::Kept;
pub use self::encryption::Encryption;
use self::probe::Probe;

/// Until an answer begins. Putting ten thousand parts together takes some stores a minute.
const FIRST_BYTE: Duration = Duration::from_secs(100);
/// Until a call of the server has its whole answer, or the beginning of an object.
const ATTEMPT: Duration = Duration::from_secs(110);

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
    BadEndpoint(#[source] Box<dyn Error + Send + Sync>),
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
    encryption: Option<Encryption>,
    /// The same, as clients have to say it.
    of_object: Vec<(&'static str, String)>,
}

impl S3Store {
    /// Takes up credentials and region by AWS's own chain. Asks the bucket nothing yet: see
    /// [`ObjectStore::check`](crate::ObjectStore::check).
    pub async fn open(config: &S3Config) -> Result<Self, OpenError> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(region) = &config.region {
            loader = loader.region(Region::new(region.clone()));
        }
        Self::with_sdk(config, &loader.load().await).await
    }

    /// With credentials that are given here.
    pub async fn with_credentials(config: &S3Config, key: &str, secret: &str) -> Result<Self, OpenError> {
        let credentials = aws_sdk_s3::config::Credentials::new(key, secret, None, None, "given");
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(config.region.clone().map(Region::new))
            .credentials_provider(SharedCredentialsProvider::new(credentials));
        Self::with_sdk(config, &sdk.build()).await
    }

    /// With an SDK that was set up elsewhere: its region, credentials and way to the network.
    pub async fn with_sdk(config: &S3Config, sdk: &SdkConfig) -> Result<Self, OpenError> {
        let provider = sdk.credentials_provider().ok_or(OpenError::NoCredentials)?;
        let region = sdk.region().ok_or(OpenError::NoRegion)?;
        let timeouts =
            TimeoutConfig::builder().read_timeout(FIRST_BYTE).operation_attempt_timeout(ATTEMPT).build();
        let mut builder = aws_sdk_s3::config::Builder::from(sdk)
            .force_path_style(config.path_style)
            .timeout_config(timeouts);
        if config.dualstack {
            builder = builder.use_dual_stack(true);
        }
        if let Some(endpoint) = &config.endpoint {
            builder = builder.endpoint_url(endpoint.as_str());
        }
        let mut for_clients = builder.clone();
        if let Some(endpoint) = &config.public_endpoint {
            for_clients = for_clients.endpoint_url(endpoint.as_str()).use_dual_stack(false);
        }
        let bucket = address::of(for_clients, &config.bucket, region.as_ref()).await?;
        Ok(Self {
            client: Client::from_conf(builder.build()),
            name: config.bucket.clone(),
            bucket,
            credentials: Kept::new(provider),
            probe: Probe::new(config.checksum),
            encryption: config.encryption.clone(),
            of_object: config.encryption.iter().flat_map(Encryption::headers).collect(),
        })
    }
}
