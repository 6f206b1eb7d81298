//! AWS's own chain of credentials, with stand-ins for what gives them out on AWS: to a container, to a machine
//! (`IMDSv2`), to whoever has a token of another identity provider (STS). Their keys change; the store behind them
//! verifies signatures.
//!
//! The chain is told by the environment where to look, so that the test runs itself again in one of its own.

#[path = "roles/stand_in.rs"]
mod stand_in;
#[path = "roles/store.rs"]
mod store;

use std::env;
use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt as _;
use notespot_objects::conformance::Client;
use notespot_objects::s3::{OpenError, S3Config, S3Store};
use notespot_objects::{ObjectKey, ObjectStore as _};
use notespot_protocol::{ByteCount, Crc64Nvme, PartToSend, PresignedRequest, Timestamp};
use tokio::process::Command;
use tokio::time::timeout;

use self::stand_in::{CONTAINER_TOKEN, FIRST_LIFE, Roles, Script};
use self::store::Guarded;

const BUCKET: &str = "NOTESPOT_TEST_BUCKET_OF_A_ROLE";
const TEMPORARY: &str = "NOTESPOT_TEST_CREDENTIALS_END";
const VALID: Duration = Duration::from_mins(5);

/// Runs itself with nothing in its environment but this.
async fn in_environment(test: &str, variables: &[(&str, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Command::new(env::current_exe().unwrap());
    process.args(["--exact", "--nocapture"]).arg(format!("roles::{test}")).env_clear().kill_on_drop(true);
    // There is no metadata service on the machines that tests run on: asking for it takes seconds.
    process.env("HOME", folder.path()).env("AWS_EC2_METADATA_DISABLED", "true");
    process.envs(variables.iter().copied());
    let ended = process.output().await.unwrap();
    let said = String::from_utf8_lossy(&ended.stdout) + String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

/// In that environment: what a server does with the bucket, while its keys change.
async fn uses_the_bucket() -> bool {
    let Ok(bucket) = env::var(BUCKET) else { return false };
    let store = S3Store::open(&S3Config::parse(&bucket).unwrap()).await.unwrap();
    let (client, key, bytes) = (Client::new(), ObjectKey::generate(), b"of a role");
    let crc = Crc64Nvme(crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Nvme, bytes));
    let part = PartToSend { number: 1, size: ByteCount(bytes.len() as u64), checksum: crc.into() };
    let first = store.presign_put(&key, &part, VALID).await.unwrap();
    assert!(client.send(&first, bytes).await.status.is_success());
    let second = store.presign_get(&key, VALID).await.unwrap();
    assert!(client.send(&second, b"").await.body == bytes);
    let third = store.presign_get(&key, VALID).await.unwrap();
    assert!(client.send(&third, b"").await.body == bytes);

    if env::var_os(TEMPORARY).is_some() {
        assert_eq!(key_of(&first), "ASIA0001");
        let end = Timestamp::now().plus(FIRST_LIFE);
        assert!(first.expires_at <= end, "it outlives its credentials");
        assert!(expires(&first) <= FIRST_LIFE.as_secs(), "it outlives its credentials");
        assert_eq!([key_of(&second), key_of(&third)], ["ASIA0002", "ASIA0002"]);
        assert_eq!(expires(&second), VALID.as_secs());
        assert!(second.url.expose().contains("X-Amz-Security-Token=token-of-ASIA0002"));
        // The store has forgotten the first key when it was shown the second.
        assert_eq!(client.send(&first, bytes).await.status, 403);
        let mut other_token = second.clone();
        other_token.url = notespot_protocol::SecretUrl::new(
            second.url.expose().replace("token-of-ASIA0002", "token-of-ASIA0003"),
        );
        assert_eq!(client.send(&other_token, b"").await.status, 403, "the token is signed along");
    } else {
        assert_eq!([key_of(&first), key_of(&third)], ["AKIA0009", "AKIA0009"]);
    }
    // And by its own calls.
    assert_eq!(store.head(&key).await.unwrap().size, part.size);
    true
}

fn key_of(request: &PresignedRequest) -> String {
    let (_, rest) = request.url.expose().split_once("X-Amz-Credential=").unwrap();
    rest[..8].to_owned()
}

/// Seconds.
fn expires(request: &PresignedRequest) -> u64 {
    let (_, rest) = request.url.expose().split_once("X-Amz-Expires=").unwrap();
    rest.split('&').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_container_has_a_role_whose_keys_change() {
    if uses_the_bucket().await {
        return;
    }
    let (roles, guarded) = (Roles::start().await, Guarded::start().await);
    in_environment(
        "a_container_has_a_role_whose_keys_change",
        &[
            (BUCKET, &guarded.bucket()),
            (TEMPORARY, "yes"),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &roles.url("/container")),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN", CONTAINER_TOKEN),
        ],
    )
    .await;
    // One for the first request, one for all later ones, one for the server's own calls.
    assert_eq!(roles.given_out(), 3);
}

#[tokio::test]
async fn a_machine_has_a_role_whose_keys_change() {
    if uses_the_bucket().await {
        return;
    }
    let (roles, guarded) = (Roles::start().await, Guarded::start().await);
    in_environment(
        "a_machine_has_a_role_whose_keys_change",
        &[
            (BUCKET, &guarded.bucket()),
            (TEMPORARY, "yes"),
            ("AWS_EC2_METADATA_DISABLED", "false"),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &roles.url("/")),
        ],
    )
    .await;
    assert_eq!(roles.given_out(), 3);
}

/// In that environment.
async fn presigns() -> Option<S3Store> {
    let bucket = env::var(BUCKET).ok()?;
    Some(S3Store::open(&S3Config::parse(&bucket).unwrap()).await.unwrap())
}

async fn under(test: &str, roles: &Roles) {
    let bucket = "s3://files?region=notespot&endpoint=http://127.0.0.1:9&path_style=true";
    let container = roles.url("/container");
    let variables = [
        (BUCKET, bucket),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", container.as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", CONTAINER_TOKEN),
    ];
    in_environment(test, &variables).await;
}

#[tokio::test]
async fn a_role_that_does_not_answer_any_more_holds_nobody_up_while_its_keys_are_good() {
    const MANY: usize = 100;
    if let Some(store) = presigns().await {
        let key = ObjectKey::generate();
        store.presign_get(&key, VALID).await.unwrap();
        for _ in 0..MANY {
            // What does not wait is there at once.
            let presigned = store.presign_get(&key, VALID).now_or_never();
            assert_eq!(key_of(&presigned.expect("it waits for the role").unwrap()), "ASIA0001");
            tokio::task::yield_now().await;
        }
        return;
    }
    let roles = Roles::by(Script::GivesOnceAndHangs).await;
    under("a_role_that_does_not_answer_any_more_holds_nobody_up_while_its_keys_are_good", &roles).await;
    assert_eq!(roles.given_out(), 1);
    assert!(roles.asked() <= 2, "one question at a time");
}

#[tokio::test]
async fn without_a_key_it_is_said_why_and_the_role_is_asked_again_after_a_pause() {
    if let Some(store) = presigns().await {
        let key = ObjectKey::generate();
        let refused = store.presign_get(&key, VALID).await.unwrap_err();
        let said = std::error::Error::source(&refused).unwrap().to_string();
        assert!(said.contains("no credentials for the object store"), "{said}");
        let comes_back = async {
            while store.presign_get(&key, VALID).await.is_err() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        timeout(Duration::from_mins(1), comes_back).await.expect("the role is not asked again");
        return;
    }
    let roles = Roles::by(Script::RefusesOnceAndGives).await;
    under("without_a_key_it_is_said_why_and_the_role_is_asked_again_after_a_pause", &roles).await;
    assert_eq!((roles.given_out(), roles.asked()), (1, 2), "it was asked at each request");
}

#[tokio::test]
async fn a_token_of_another_provider_is_exchanged_for_a_role_whose_keys_change() {
    if uses_the_bucket().await {
        return;
    }
    let (roles, guarded) = (Roles::start().await, Guarded::start().await);
    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), stand_in::WEB_IDENTITY).unwrap();
    in_environment(
        "a_token_of_another_provider_is_exchanged_for_a_role_whose_keys_change",
        &[
            (BUCKET, &guarded.bucket()),
            (TEMPORARY, "yes"),
            ("AWS_WEB_IDENTITY_TOKEN_FILE", path(token.path())),
            ("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/notespot"),
            ("AWS_ROLE_SESSION_NAME", "test"),
            ("AWS_ENDPOINT_URL_STS", &roles.url("/sts")),
        ],
    )
    .await;
    assert_eq!(roles.given_out(), 3);
}

#[tokio::test]
async fn a_profile_names_a_program_that_gives_credentials() {
    if uses_the_bucket().await {
        return;
    }
    let guarded = Guarded::start().await;
    let (config, said) = (tempfile::NamedTempFile::new().unwrap(), tempfile::NamedTempFile::new().unwrap());
    let credentials = r#"{"Version": 1, "AccessKeyId": "AKIA0009", "SecretAccessKey": "secret-of-AKIA0009"}"#;
    std::fs::write(said.path(), credentials).unwrap();
    let profile = format!("[profile anywhere]\ncredential_process = /bin/cat {}\n", said.path().display());
    std::fs::write(config.path(), profile).unwrap();
    in_environment(
        "a_profile_names_a_program_that_gives_credentials",
        &[(BUCKET, &guarded.bucket()), ("AWS_CONFIG_FILE", path(config.path())), ("AWS_PROFILE", "anywhere")],
    )
    .await;
}

#[tokio::test]
async fn a_profile_holds_keys() {
    if uses_the_bucket().await {
        return;
    }
    let (guarded, file) = (Guarded::start().await, tempfile::NamedTempFile::new().unwrap());
    let keys = "[files]\naws_access_key_id = AKIA0009\naws_secret_access_key = secret-of-AKIA0009\n";
    std::fs::write(file.path(), keys).unwrap();
    in_environment(
        "a_profile_holds_keys",
        &[
            (BUCKET, &guarded.bucket()),
            ("AWS_SHARED_CREDENTIALS_FILE", path(file.path())),
            ("AWS_PROFILE", "files"),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_environment_holds_keys() {
    if uses_the_bucket().await {
        return;
    }
    let guarded = Guarded::start().await;
    in_environment(
        "the_environment_holds_keys",
        &[
            (BUCKET, &guarded.bucket()),
            ("AWS_ACCESS_KEY_ID", "AKIA0009"),
            ("AWS_SECRET_ACCESS_KEY", "secret-of-AKIA0009"),
        ],
    )
    .await;
}

#[tokio::test]
async fn without_a_region_it_says_what_to_set() {
    if env::var_os(BUCKET).is_some() {
        let opened = S3Store::open(&S3Config::parse("s3://files").unwrap()).await;
        return assert!(matches!(opened.err(), Some(OpenError::NoRegion)));
    }
    in_environment("without_a_region_it_says_what_to_set", &[(BUCKET, "none")]).await;
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
