//! What the check of a bucket says, of servers that others wrote and of the embedded one, as they are and when
//! something is wrong with them.

use std::time::{Duration, SystemTime};

use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::primitives::DateTimeFormat::HttpDate;
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketVersioningStatus, CorsConfiguration, CorsRule, ExpirationStatus,
    LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, VersioningConfiguration,
};
use notespot_objects::embedded::{BUCKET, EmbeddedStore};
use notespot_objects::s3::check::{Finding, Outcome, Wanted, check, set_rules};
use notespot_objects::s3::{S3Config, S3Store};
use notespot_testkit::{ACCESS_KEY, S3Server, SECRET_KEY};
use s3s::S3Result;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;

use crate::embedded;

const PAGE: &str = "https://app.example.org";

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn open(config: &S3Config) -> S3Store {
    S3Store::with_credentials(config, ACCESS_KEY, SECRET_KEY).await.unwrap()
}

async fn check_of(config: &S3Config, wanted: &Wanted) -> Vec<Finding> {
    check(&open(config).await, wanted, &http()).await
}

/// What was found to be wrong.
fn wrong(findings: &[Finding]) -> Vec<&'static str> {
    let is_wrong = |finding: &&Finding| matches!(finding.outcome, Outcome::Wrong(_));
    findings.iter().filter(is_wrong).map(|finding| finding.of).collect()
}

fn of<'a>(findings: &'a [Finding], what: &str) -> &'a Outcome {
    &findings.iter().find(|finding| finding.of == what).unwrap().outcome
}

#[expect(clippy::print_stdout, reason = "nothing of what a server lacks is passed over in silence")]
fn say(server: &str, findings: &[Finding]) {
    for Finding { of, outcome } in findings {
        println!("{server}: {of}: {outcome:?}");
    }
}

/// Another program's.
fn client(config: &S3Config) -> Client {
    let sdk = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(config.region.clone().map(Region::new))
        .credentials_provider(aws_sdk_s3::config::Credentials::new(
            ACCESS_KEY, SECRET_KEY, None, None, "given",
        ))
        .endpoint_url(config.endpoint.as_ref().unwrap().as_str())
        .force_path_style(true);
    Client::from_conf(sdk.build())
}

/// What the check put there is gone.
pub(crate) async fn is_empty(config: &S3Config) {
    let left = client(config).list_objects_v2().bucket(&config.bucket).send().await.unwrap();
    assert_eq!(left.key_count.unwrap_or_default(), 0, "{left:?}");
    let open = client(config).list_multipart_uploads().bucket(&config.bucket).send().await.unwrap();
    assert!(open.uploads().is_empty(), "{open:?}");
}

/// The rules of others, and ours beside them.
async fn sets_rules_beside_those_of_others(server: &S3Server) {
    let config = S3Config::parse(&server.bucket()).unwrap();
    let client = client(&config);
    let wanted = Wanted { origins: vec![PAGE.to_owned()] };

    let before = check_of(&config, &wanted).await;
    assert_eq!(wrong(&before), ["CORS"], "{before:#?}");
    assert!(matches!(of(&before, "lifecycle"), Outcome::Doubtful(_)), "{before:#?}");

    let end = LifecycleExpiration::builder().days(1).build();
    let logs = LifecycleRule::builder()
        .id("theirs")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("logs/").build())
        .expiration(end);
    let rules = BucketLifecycleConfiguration::builder().rules(logs.clone().build().unwrap()).build().unwrap();
    let put = client.put_bucket_lifecycle_configuration().bucket(&config.bucket);
    put.lifecycle_configuration(rules).send().await.unwrap();
    let theirs = CorsRule::builder().id("theirs").allowed_origins("https://other.org").allowed_methods("GET");
    let rules = CorsConfiguration::builder().cors_rules(theirs.build().unwrap()).build().unwrap();
    client.put_bucket_cors().bucket(&config.bucket).cors_configuration(rules).send().await.unwrap();

    let store = open(&config).await;
    for round in 0..2 {
        let set = set_rules(&store, &wanted).await;
        assert!(set.iter().all(|one| matches!(one.outcome, Outcome::Fine(_))), "{round}: {set:#?}");
    }
    let after = check(&store, &wanted, &http()).await;
    say(if server.bucket().contains("garage") { "Garage" } else { "SeaweedFS" }, &after);
    assert!(wrong(&after).is_empty(), "{after:#?}");
    assert!(matches!(of(&after, "lifecycle"), Outcome::Fine(_)), "{after:#?}");
    let kept = client.get_bucket_lifecycle_configuration().bucket(&config.bucket).send().await.unwrap();
    let ids: Vec<_> = kept.rules().iter().filter_map(LifecycleRule::id).collect();
    assert_eq!(ids, ["theirs", "notespot-abort-unfinished-uploads"]);
    let kept = client.get_bucket_cors().bucket(&config.bucket).send().await.unwrap();
    let ids: Vec<_> = kept.cors_rules().iter().filter_map(CorsRule::id).collect();
    assert_eq!(ids, ["theirs", "notespot-web-pages"]);

    is_empty(&config).await;

    let all = logs.filter(LifecycleRuleFilter::builder().prefix("").build()).build().unwrap();
    let rules = BucketLifecycleConfiguration::builder().rules(all).build().unwrap();
    let put = client.put_bucket_lifecycle_configuration().bucket(&config.bucket);
    put.lifecycle_configuration(rules).send().await.unwrap();
    assert_eq!(wrong(&check(&store, &wanted, &http()).await), ["lifecycle"], "files would be lost");
}

/// What is wrong is found, and nothing else is said to be.
async fn finds_what_is_wrong(server: &S3Server) {
    let (right, wanted) = (S3Config::parse(&server.bucket()).unwrap(), Wanted::default());
    let missing = S3Config { bucket: "another".to_owned(), ..right.clone() };
    let found = check_of(&missing, &wanted).await;
    assert_eq!(wrong(&found), ["bucket"], "{found:#?}");
    assert_eq!(found.len(), 2, "what needs the bucket is not tried: {found:#?}");

    let store = S3Store::with_credentials(&right, ACCESS_KEY, "another secret").await.unwrap();
    assert_eq!(wrong(&check(&store, &wanted, &http()).await), ["bucket"]);

    let nowhere = Some("http://127.0.0.1:9".parse().unwrap());
    let elsewhere = S3Config { public_endpoint: nowhere.clone(), ..right.clone() };
    let found = check_of(&elsewhere, &wanted).await;
    assert_eq!(wrong(&found), ["public endpoint"], "{found:#?}");

    let unreachable = S3Config { endpoint: nowhere, public_endpoint: right.endpoint.clone(), ..right };
    let found = check_of(&unreachable, &wanted).await;
    let Outcome::Wrong(said) = of(&found, "bucket") else { panic!("{found:#?}") };
    assert!(said.contains("cannot be reached"), "{said}");
}

/// A store that lets anybody read, and whose clock is an hour away.
#[tokio::test]
async fn a_bucket_that_anybody_can_read_is_wrong_and_so_is_a_clock_that_is_far_away() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let store = EmbeddedStore::open(folder.path(), &url).unwrap();
    let (key, secret) = store.credentials();
    let mut service = S3ServiceBuilder::new(store.clone());
    service.set_auth(SimpleAuth::from_single(key, secret));
    service.set_access(Anybody);
    embedded::accept(listener, service.build());
    let config = S3Config {
        region: Some("notespot".to_owned()),
        endpoint: Some(url),
        path_style: true,
        ..S3Config::new(BUCKET.to_owned())
    };
    let open = S3Store::with_credentials(&config, key, secret).await.unwrap();
    assert_eq!(wrong(&check(&open, &Wanted::default(), &http()).await), ["public access"]);

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let elsewhere = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let late = DateTime::from(SystemTime::now() + Duration::from_hours(1)).fmt(HttpDate).unwrap();
            let answer =
                format!("HTTP/1.1 403 No\r\ndate: {late}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let mut asked = [0; 4096];
            let _length = socket.read(&mut asked).await.unwrap();
            socket.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let config = S3Config { public_endpoint: Some(elsewhere), ..config };
    let away = S3Store::with_credentials(&config, key, secret).await.unwrap();
    let found = check(&away, &Wanted::default(), &http()).await;
    assert_eq!(wrong(&found), ["clock", "public endpoint"], "{found:#?}");
}

struct Anybody;

#[async_trait::async_trait]
impl S3Access for Anybody {
    async fn check(&self, _: &mut S3AccessContext<'_>) -> S3Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn garage_is_checked_and_given_rules() {
    let server = S3Server::garage().await.unwrap();
    finds_what_is_wrong(&server).await;
    sets_rules_beside_those_of_others(&server).await;
}

#[tokio::test]
async fn seaweedfs_is_checked_and_given_rules() {
    let server = S3Server::seaweedfs().await.unwrap();
    finds_what_is_wrong(&server).await;
    sets_rules_beside_those_of_others(&server).await;

    let config = S3Config::parse(&server.bucket()).unwrap();
    let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    let put = client(&config).put_bucket_versioning().bucket(&config.bucket);
    put.versioning_configuration(enabled).send().await.unwrap();
    let found = check_of(&config, &Wanted::default()).await;
    assert!(matches!(of(&found, "versions"), Outcome::Doubtful(_)), "{found:#?}");
}

/// It has no settings, and needs none.
#[tokio::test]
async fn a_store_without_settings_is_said_to_have_none() {
    let server = embedded::Running::start().await;
    let (key, secret) = server.store.credentials();
    let config = S3Config {
        region: Some("notespot".to_owned()),
        endpoint: Some(server.url.clone()),
        path_style: true,
        ..S3Config::new(BUCKET.to_owned())
    };
    let store = S3Store::with_credentials(&config, key, secret).await.unwrap();
    let found = check(&store, &Wanted::default(), &http()).await;
    say("embedded", &found);
    assert!(wrong(&found).is_empty(), "{found:#?}");
    for setting in ["public access block", "lifecycle", "versions"] {
        assert!(matches!(of(&found, setting), Outcome::NotSupported(_)), "{found:#?}");
    }
}
