//! The objects: files here, or a bucket.

use notespot_objects::s3::S3Config;

use crate::config::{Config, Objects};
use crate::findings::Outcome::{Fine, Wrong};
use crate::findings::{Finding, finding};

pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    match &config.objects {
        Objects::Embedded => {
            let folder = config.data_dir.join("objects");
            vec![finding("objects", Fine(format!("They are files in {}.", folder.display())))]
        }
        Objects::S3(bucket) => of_bucket(bucket).await,
    }
}
