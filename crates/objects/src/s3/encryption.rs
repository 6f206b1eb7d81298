//! How a bucket is told to encrypt what it keeps: SSE-S3 and SSE-KMS
//! (docs.aws.amazon.com/AmazonS3/latest/userguide/UsingServerSideEncryption.html).
//!
//! What is asked for is said where an object begins, by a single PUT and by `CreateMultipartUpload`. Parts
//! follow their upload: S3 refuses these headers with them.

use aws_sdk_s3::types::ServerSideEncryption;

/// What is asked for with each object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// With keys of the store's own (`AES256`).
    Aes256,
    /// With a key of AWS's Key Management Service.
    Kms {
        /// Its id, alias or ARN; the account's own `aws/s3` where none is named.
        key: Option<String>,
    },
}

impl Encryption {
    /// As a presigned PUT says it: the header's names and values.
    pub(super) fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![("x-amz-server-side-encryption", self.algorithm().as_str().to_owned())];
        headers.extend(self.key().map(|key| ("x-amz-server-side-encryption-aws-kms-key-id", key.to_owned())));
        headers
    }

    /// As the SDK has it.
    pub(super) fn algorithm(&self) -> ServerSideEncryption {
        match self {
            Self::Aes256 => ServerSideEncryption::Aes256,
            Self::Kms { .. } => ServerSideEncryption::AwsKms,
        }
    }

    /// The key that was named.
    pub(super) fn key(&self) -> Option<&str> {
        match self {
            Self::Kms { key } => key.as_deref(),
            Self::Aes256 => None,
        }
    }

    /// From the two settings of a bucket's address; adds what is wrong with them.
    pub(super) fn read(
        algorithm: Option<&str>,
        key: Option<String>,
        problems: &mut Vec<String>,
    ) -> Option<Self> {
        // What goes into a header as it is.
        let is_sound = |key: &String| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
        let problem = match (algorithm, key) {
            (None, None) => return None,
            (Some("aes256"), None) => return Some(Self::Aes256),
            (Some("aws:kms"), key) if key.as_ref().is_none_or(is_sound) => return Some(Self::Kms { key }),
            (Some("aws:kms"), _) => "kms_key: the id, alias or ARN of a key is expected.".to_owned(),
            (Some("aes256") | None, _) => "kms_key needs encryption=aws:kms.".to_owned(),
            (Some(other), _) => format!("encryption={other}: aes256 or aws:kms is expected."),
        };
        problems.push(problem);
        None
    }
}
