//! At which addresses clients reach a bucket.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns};
use notespot_objects::s3::{S3Config, S3Store};
use notespot_objects::{ObjectKey, ObjectStore as _};
use notespot_testkit::{ACCESS_KEY, S3Server, SECRET_KEY};

use crate::s3_on_others::passes;

/// As the AWS guide "Virtual hosting of buckets" has them, and its list of endpoints for each region.
#[tokio::test]
async fn a_bucket_is_reached_where_its_region_name_and_style_put_it() {
    for (address, expected) in [
        ("files?region=eu-central-1", "https://files.s3.eu-central-1.amazonaws.com/"),
        ("files?region=us-east-1", "https://files.s3.us-east-1.amazonaws.com/"),
        ("files?region=us-gov-west-1", "https://files.s3.us-gov-west-1.amazonaws.com/"),
        ("files?region=cn-north-1", "https://files.s3.cn-north-1.amazonaws.com.cn/"),
        (
            "files?region=eu-central-1&dualstack=true",
            "https://files.s3.dualstack.eu-central-1.amazonaws.com/",
        ),
        ("files?region=cn-north-1&dualstack=true", "https://files.s3.dualstack.cn-north-1.amazonaws.com.cn/"),
        ("files?region=eu-central-1&path_style=true", "https://s3.eu-central-1.amazonaws.com/files/"),
        // No certificate is for a name with more dots before Amazon's.
        ("my.files?region=eu-central-1", "https://s3.eu-central-1.amazonaws.com/my.files/"),
        (
            "my.files?region=eu-central-1&dualstack=true",
            "https://s3.dualstack.eu-central-1.amazonaws.com/my.files/",
        ),
        ("files?region=r&endpoint=https://store.example.org", "https://files.store.example.org/"),
        ("files?region=r&endpoint=http://store.example.org:9000/", "http://files.store.example.org:9000/"),
        ("files?region=r&endpoint=http://store:9000&path_style=true", "http://store:9000/files/"),
        // An address of numbers has no names in it.
        ("files?region=r&endpoint=http://10.0.0.5:9000", "http://10.0.0.5:9000/files/"),
        (
            "files?region=r&endpoint=http://10.0.0.5:9000&public_endpoint=https://s3.example.org",
            "https://files.s3.example.org/",
        ),
        (
            "files?region=r&endpoint=http://10.0.0.5:9000&public_endpoint=https://example.org/s3&path_style=true",
            "https://example.org/s3/files/",
        ),
    ] {
        let config = S3Config::parse(&format!("s3://{address}")).unwrap();
        let store = S3Store::with_credentials(&config, ACCESS_KEY, SECRET_KEY).await.unwrap();
        let key = ObjectKey::generate();
        let request = store.presign_get(&key, Duration::from_mins(5)).await.unwrap();
        let (url, signature) = request.url.expose().split_once('?').unwrap();
        assert_eq!(url, format!("{expected}{key}"), "{address}");
        assert!(signature.contains("X-Amz-SignedHeaders=host&"), "{address}: {signature}");
        let region = config.region.unwrap();
        assert!(signature.contains(&format!("%2F{region}%2Fs3%2Faws4_request")), "{address}: {signature}");
    }
}

#[tokio::test]
async fn the_bucket_is_in_the_hosts_name_at_a_server_that_others_wrote() {
    let server = S3Server::garage().await.unwrap();
    let config = S3Config::parse(&server.bucket_in_host()).unwrap();
    let credentials = Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "given");
    let https = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    let sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(config.region.clone().map(Region::new))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(https.build_with_resolver(ThisMachine))
        .build();
    let store = S3Store::with_sdk(&config, &sdk).await.unwrap();
    let request = store.presign_get(&ObjectKey::generate(), Duration::from_mins(5)).await.unwrap();
    let host = format!("http://notespot.localhost:{}/", server.address().port());
    assert!(request.url.expose().starts_with(&host), "{}", request.url.expose());
    passes("Garage, bucket in the host's name", store, &[]).await;
}

/// Every name is this machine's.
#[derive(Clone, Debug)]
struct ThisMachine;

impl ResolveDns for ThisMachine {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        assert_eq!(name, "notespot.localhost", "the bucket is in the host's name");
        DnsFuture::ready(Ok(vec![IpAddr::from(Ipv4Addr::LOCALHOST)]))
    }
}
