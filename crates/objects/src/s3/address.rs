//! Where clients reach the bucket: host and path, as AWS has them for each region, partition, name and style
//! (docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html).
//!
//! The SDK knows these rules, its own settings in environment and profile among them: that some names stand in
//! the path whatever the style (dots over TLS, an IP address as endpoint), that China's hosts end otherwise, and
//! which region a request is signed for. So it is asked, by a request that is signed here and sent to nobody:
//! then clients' addresses are those of the server's own calls.

use std::error::Error;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, Credentials, SharedCredentialsProvider};
use aws_sdk_s3::presigning::PresigningConfig;
use rusty_s3::{Bucket, UrlStyle};
use url::Url;

use super::OpenError;

const KEY: &str = "key";

/// The bucket at the address that this configuration of the SDK leads to.
pub(super) async fn of(builder: Builder, name: &str, region: &str) -> Result<Bucket, OpenError> {
    // Of this request, nothing but the address is used.
    let nobody = SharedCredentialsProvider::new(Credentials::new("nobody", "nothing", None, None, "nobody"));
    let client = Client::from_conf(builder.credentials_provider(nobody).build());
    let valid = PresigningConfig::expires_in(Duration::from_secs(1)).map_err(bad)?;
    let request = client.get_object().bucket(name).key(KEY).presigned(valid).await.map_err(bad)?;
    let url = Url::parse(request.uri()).map_err(bad)?;
    let region = signed_for(&url).unwrap_or_else(|| region.to_owned());
    let (endpoint, style) = without_bucket(url, name)?;
    Bucket::new(endpoint, style, name.to_owned(), region).map_err(bad)
}

/// The endpoint that an object's address begins with, and where in it the bucket's name stands.
fn without_bucket(mut url: Url, name: &str) -> Result<(Url, UrlStyle), OpenError> {
    url.set_query(None);
    let not_there = || bad(NotThere(url.to_string()));
    let path = url.path().strip_suffix(KEY).map(str::to_owned).ok_or_else(not_there)?;
    if let Some(prefix) = path.strip_suffix(&format!("/{name}/")) {
        url.set_path(prefix);
        return Ok((url, UrlStyle::Path));
    }
    let host = url.host_str().and_then(|host| host.strip_prefix(name)?.strip_prefix('.')).map(str::to_owned);
    let host = host.ok_or_else(not_there)?;
    url.set_host(Some(&host)).map_err(bad)?;
    url.set_path(&path);
    Ok((url, UrlStyle::VirtualHost))
}

/// The region of `X-Amz-Credential=key/date/region/s3/aws4_request`.
fn signed_for(url: &Url) -> Option<String> {
    let (_, scope) = url.query_pairs().find(|(name, _)| name == "X-Amz-Credential")?;
    scope.split('/').nth(2).map(str::to_owned)
}

#[derive(Debug, thiserror::Error)]
#[error("the bucket's name is not in its address {0}")]
struct NotThere(String);

fn bad(error: impl Error + Send + Sync + 'static) -> OpenError {
    OpenError::BadEndpoint(Box::new(error))
}
