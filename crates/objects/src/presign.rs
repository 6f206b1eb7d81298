//! Presigned requests: AWS Signature Version 4 in the query (docs.aws.amazon.com/AmazonS3/latest/API,
//! "Authenticating requests: using query parameters").

use std::collections::BTreeMap;
use std::time::Duration;

use notespot_protocol::{PartToSend, PresignedRequest, SecretUrl, Timestamp};
use rusty_s3::actions::{GetObject, PutObject, S3Action, UploadPart};
use rusty_s3::{Bucket, Credentials};

use crate::{ObjectKey, checksums};

/// Signs with the credentials of the moment. Signing takes microseconds and makes no request.
pub(crate) struct Presigner<'a> {
    pub(crate) bucket: &'a Bucket,
    pub(crate) credentials: &'a Credentials,
    /// For how long what is signed may be used. At most seven days.
    pub(crate) valid: Duration,
    /// What is said of an object where it begins, in headers with lower-case names.
    pub(crate) of_object: &'a [(&'static str, String)],
}

impl Presigner<'_> {
    pub(crate) fn put(&self, key: &ObjectKey, part: &PartToSend) -> PresignedRequest {
        let action = PutObject::new(self.bucket, Some(self.credentials), key.as_str());
        self.sign_exactly(action, part, self.of_object)
    }

    pub(crate) fn part(&self, key: &ObjectKey, multipart_id: &str, part: &PartToSend) -> PresignedRequest {
        let number = u16::try_from(part.number).unwrap_or(u16::MAX);
        let action = UploadPart::new(self.bucket, Some(self.credentials), key.as_str(), number, multipart_id);
        self.sign_exactly(action, part, &[])
    }

    pub(crate) fn get(&self, key: &ObjectKey) -> PresignedRequest {
        let action = GetObject::new(self.bucket, Some(self.credentials), key.as_str());
        self.finish("GET", &action, BTreeMap::new())
    }

    /// Signs length and checksum along: the store refuses any other bytes.
    fn sign_exactly<'a>(
        &self,
        mut action: impl S3Action<'a>,
        part: &PartToSend,
        more: &[(&'static str, String)],
    ) -> PresignedRequest {
        let mut headers = BTreeMap::from([
            ("content-length".to_owned(), part.size.get().to_string()),
            (checksums::header(part.checksum.algorithm()).to_owned(), part.checksum.to_base64()),
        ]);
        headers.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        for (name, value) in &headers {
            action.headers_mut().insert(name.clone(), value.clone());
        }
        self.finish("PUT", &action, headers)
    }

    fn finish<'a>(
        &self,
        method: &str,
        action: &impl S3Action<'a>,
        headers: BTreeMap<String, String>,
    ) -> PresignedRequest {
        PresignedRequest {
            method: method.to_owned(),
            url: SecretUrl::new(action.sign(self.valid)),
            headers,
            expires_at: Timestamp::now().plus(self.valid),
        }
    }
}
