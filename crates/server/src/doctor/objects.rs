//! The objects: files here, or a bucket.

use notespot_objects::s3::check::{self, Wanted};
use notespot_objects::s3::{S3Config, S3Store};

use crate::config::{Config, Objects};
use crate::findings::Outcome::{Doubtful, Fine, Wrong};
use crate::findings::{Finding, finding, with_causes};

pub(super) async fn examine(config: &Config, http: &reqwest::Client, set_rules: bool) -> Vec<Finding> {
    match &config.objects {
        Objects::Embedded => {
            let folder = config.data_dir.join("objects");
            vec![finding("objects", Fine(format!("They are files in {}.", folder.display())))]
        }
        Objects::S3(bucket) => {
            // Web pages whose sign-ins are accepted send presigned requests too.
            let wanted = Wanted { origins: config.authorized_parties.clone() };
            of_bucket(bucket, &wanted, http, set_rules).await
        }
    }
}

async fn of_bucket(
    bucket: &S3Config,
    wanted: &Wanted,
    http: &reqwest::Client,
    set_rules: bool,
) -> Vec<Finding> {
    let store = match S3Store::open(bucket).await {
        Ok(store) => store,
        Err(error) => return vec![finding("bucket", Wrong(with_causes(&error)))],
    };
    if set_rules {
        let set = check::set_rules(&store, wanted).await;
        if set.iter().any(|found| matches!(found.outcome, check::Outcome::Wrong(_))) {
            return set.into_iter().map(Finding::from).collect();
        }
    }
    check::check(&store, wanted, http).await.into_iter().map(Finding::from).collect()
}

impl From<check::Finding> for Finding {
    fn from(check::Finding { of, outcome }: check::Finding) -> Self {
        finding(
            of,
            match outcome {
                check::Outcome::Fine(said) | check::Outcome::NotSupported(said) => Fine(said),
                check::Outcome::Doubtful(said) => Doubtful(said),
                check::Outcome::Wrong(said) => Wrong(said),
            },
        )
    }
}
