//! The objects: files here, or a bucket.

use notespot_objects::s3::{S3Config, S3Store};

use crate::config::{Config, Objects};
use crate::findings::Outcome::{Fine, Wrong};
use crate::findings::{Finding, finding, with_causes};

pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    match &config.objects {
        Objects::Embedded => {
            let folder = config.data_dir.join("objects");
            vec![finding("objects", Fine(format!("They are files in {}.", folder.display())))]
        }
        Objects::S3(bucket) => of_bucket(bucket).await,
    }
}

async fn of_bucket(bucket: &S3Config) -> Vec<Finding> {
    vec![match S3Store::open(bucket).await {
        Ok(_) => finding("bucket", Fine("It answers.".to_owned())),
        Err(error) => finding("bucket", Wrong(with_causes(&error))),
    }]
}
