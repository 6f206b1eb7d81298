//! What a bucket does by itself, and whom it answers: lifecycle rules and CORS.
//!
//! Both are read and judged, and both can be set. Rules of others are kept as they are; ours have ids of their
//! own, and are written anew where they differ.

mod cors;
mod lifecycle;
mod reading;

use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, CorsConfiguration, CorsRule, LifecycleRule, PublicAccessBlockConfiguration,
};

use self::reading::{Read, read, refused};
use super::S3Store;
use super::check::{Finding, Outcome};

/// What the rules of a bucket have to allow for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The origins of web pages that send presigned requests themselves, such as `https://app.example.org`.
    /// The desktop app, the command line and the server's own pages need none.
    pub origins: Vec<String>,
}

/// Sets both rules, and says what was done. Changes nothing where all is as it should be; a rule of others that
/// is in the way is named by [`check`](super::check::check) and left alone. Somebody else who changes the
/// bucket's rules in the same moment may undo it: S3 has no way to notice.
pub async fn set_rules(store: &S3Store, wanted: &Wanted) -> Vec<Finding> {
    vec![
        Finding { of: "lifecycle", outcome: set_lifecycle(store).await },
        Finding { of: "CORS", outcome: set_cors(store, &wanted.origins).await },
    ]
}

/// What is found of the bucket's settings.
pub(super) async fn judge(store: &S3Store, wanted: &Wanted) -> Vec<Finding> {
    let rules = lifecycle_rules(store).await;
    let versioned = store.client.get_bucket_versioning().bucket(&store.name).send().await;
    let versioned = read(versioned, &[], "s3:GetBucketVersioning");
    let versions = match versioned {
        Read::There(said) => lifecycle::versions(said.status.as_ref(), rules.known()),
        Read::Absent => lifecycle::versions(None, rules.known()),
        Read::Other(outcome) => outcome,
    };
    let lifecycle = match rules {
        Read::There((rules, _)) => lifecycle::judge(&rules),
        Read::Absent => lifecycle::judge(&[]),
        Read::Other(outcome) => outcome,
    };
    let cors = match cors_rules(store).await {
        Read::There(rules) => cors::judge(&rules, &wanted.origins),
        Read::Absent => cors::judge(&[], &wanted.origins),
        Read::Other(_) if wanted.origins.is_empty() => Outcome::Fine(cors::NOT_NEEDED.to_owned()),
        Read::Other(outcome) => outcome,
    };
    vec![
        Finding { of: "public access block", outcome: public_access_block(store).await },
        Finding { of: "lifecycle", outcome: lifecycle },
        Finding { of: "versions", outcome: versions },
        Finding { of: "CORS", outcome: cors },
    ]
}

/// Its rules, and what S3 says beside them.
type Lifecycle = (Vec<LifecycleRule>, Option<aws_sdk_s3::types::TransitionDefaultMinimumObjectSize>);

impl Read<Lifecycle> {
    fn known(&self) -> &[LifecycleRule] {
        match self {
            Self::There((rules, _)) => rules,
            _ => &[],
        }
    }
}

async fn lifecycle_rules(store: &S3Store) -> Read<Lifecycle> {
    let said = store.client.get_bucket_lifecycle_configuration().bucket(&store.name).send().await;
    read(said, &["NoSuchLifecycleConfiguration"], "s3:GetLifecycleConfiguration")
        .map(|said| (said.rules.unwrap_or_default(), said.transition_default_minimum_object_size))
}

async fn cors_rules(store: &S3Store) -> Read<Vec<CorsRule>> {
    let said = store.client.get_bucket_cors().bucket(&store.name).send().await;
    read(said, &["NoSuchCORSConfiguration"], "s3:GetBucketCORS")
        .map(|said| said.cors_rules.unwrap_or_default())
}

/// Whether a policy or an ACL that somebody adds by mistake could open it
/// (docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html).
async fn public_access_block(store: &S3Store) -> Outcome {
    let said = store.client.get_public_access_block().bucket(&store.name).send().await;
    let said = read(said, &["NoSuchPublicAccessBlockConfiguration"], "s3:GetBucketPublicAccessBlock");
    let block = match said.map(|said| said.public_access_block_configuration) {
        Read::There(block) => block,
        Read::Absent => None,
        Read::Other(outcome) => return outcome,
    };
    let blocks = |block: &PublicAccessBlockConfiguration| {
        let all = [
            block.block_public_acls,
            block.ignore_public_acls,
            block.block_public_policy,
            block.restrict_public_buckets,
        ];
        all.into_iter().all(|one| one == Some(true))
    };
    if block.as_ref().is_some_and(blocks) {
        return Outcome::Fine("Nobody can open the bucket to the public by mistake.".to_owned());
    }
    Outcome::Doubtful(
        "A policy or an ACL could open the bucket to the public. Turn on all four settings of Block Public Access: \
         presigned requests work with them."
            .to_owned(),
    )
}

async fn set_lifecycle(store: &S3Store) -> Outcome {
    let (rules, transitions) = match lifecycle_rules(store).await {
        Read::There(said) => said,
        Read::Absent => (Vec::new(), None),
        Read::Other(outcome) => return outcome,
    };
    let Some(rules) = lifecycle::with_ours(rules) else {
        return Outcome::Fine("Unfinished uploads are aborted already: nothing was changed.".to_owned());
    };
    let configuration = match BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build() {
        Ok(configuration) => configuration,
        Err(error) => return Outcome::Wrong(format!("A rule that is there cannot be kept: {error}.")),
    };
    let call = store.client.put_bucket_lifecycle_configuration().bucket(&store.name);
    let call =
        call.lifecycle_configuration(configuration).set_transition_default_minimum_object_size(transitions);
    match call.send().await {
        Ok(_) => Outcome::Fine(format!("Unfinished uploads are now aborted after {} days.", lifecycle::DAYS)),
        Err(error) => refused(&error, "s3:PutLifecycleConfiguration"),
    }
}

async fn set_cors(store: &S3Store, origins: &[String]) -> Outcome {
    let rules = match cors_rules(store).await {
        Read::There(rules) => rules,
        Read::Absent => Vec::new(),
        Read::Other(_) if origins.is_empty() => return Outcome::Fine(cors::NOT_NEEDED.to_owned()),
        Read::Other(outcome) => return outcome,
    };
    let Some(rules) = cors::with_ours(rules, origins) else {
        return Outcome::Fine("It is as it should be: nothing was changed.".to_owned());
    };
    if rules.is_empty() {
        return match store.client.delete_bucket_cors().bucket(&store.name).send().await {
            Ok(_) => Outcome::Fine("Our rule, which nothing needs any more, was removed.".to_owned()),
            Err(error) => refused(&error, "s3:PutBucketCORS"),
        };
    }
    let configuration = match CorsConfiguration::builder().set_cors_rules(Some(rules)).build() {
        Ok(configuration) => configuration,
        Err(error) => return Outcome::Wrong(format!("A rule that is there cannot be kept: {error}.")),
    };
    match store.client.put_bucket_cors().bucket(&store.name).cors_configuration(configuration).send().await {
        Ok(_) if origins.is_empty() => {
            Outcome::Fine("Our rule, which nothing needs any more, was removed.".to_owned())
        }
        Ok(_) => Outcome::Fine(format!("Pages of {} may now send presigned requests.", origins.join(", "))),
        Err(error) => refused(&error, "s3:PutBucketCORS"),
    }
}
