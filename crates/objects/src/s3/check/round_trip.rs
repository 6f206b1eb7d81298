//! What an upload and a download do, with a few bytes: by the server itself, and by clients at the public endpoint.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use notespot_protocol::{ByteCount, ChecksumAlgorithm, PartToSend, PresignedRequest};
use reqwest::{Client, Response};

use super::Outcome::{self, Doubtful, Fine, NotSupported, Wrong};
use super::{Finding, finding, with_causes};
use crate::s3::{Encryption, S3Store};
use crate::{ObjectError, ObjectKey, ObjectRange, ObjectStore as _, checksums};

const CONTENT: &[u8] = b"A check of this bucket. Nobody needs this object.";
const VALID: Duration = Duration::from_mins(5);

/// Adds what is found, in order, so that what was found before a store stopped answering is kept.
pub(super) async fn run(store: &S3Store, http: &Client, found: &mut Vec<Finding>) {
    let key = ObjectKey::reserved();
    let Ok(algorithm) = store.checksum_algorithm().await else { return };
    let written = store
        .announce(&key, CONTENT, checksums::of(algorithm, CONTENT))
        .await
        .map_err(|refused| refused.error);
    let is_written = written.is_ok();
    found.push(finding("write", said(written, "An object was written.", "s3:PutObject")));
    if is_written {
        found.push(finding("read", read(store, &key).await));
        found.push(finding("encryption", encryption(store, &key).await));
        let delete = store.delete(&key).await;
        found.push(finding("delete", said(delete, "An object was deleted.", "s3:DeleteObject")));
    }
    let (public, private) = by_clients(store, http, algorithm).await;
    let is_reached = matches!(public, Fine(_));
    found.push(finding("public endpoint", public));
    found.push(finding("public access", private));
    if is_reached {
        found.push(finding("multipart", multipart(store, http, algorithm).await));
    }
}

fn said(outcome: crate::Result<()>, fine: &str, action: &str) -> Outcome {
    match outcome {
        Ok(()) => Fine(fine.to_owned()),
        Err(error) => Wrong(failed(&error, action)),
    }
}

fn failed(error: &ObjectError, action: &str) -> String {
    let said = with_causes(error);
    if said.contains("AccessDenied") {
        return format!(
            "The credentials may not do it: allow {action}; with SSE-KMS, the use of its key too ({said})."
        );
    }
    format!("It failed: {said}. It needs {action}.")
}

async fn read(store: &S3Store, key: &ObjectKey) -> Outcome {
    let range = Some(ObjectRange { first: 2, last: 6 });
    let bytes = match store.read(key, range).await {
        Ok(stream) => stream.map_ok(|bytes| bytes.to_vec()).try_concat().await,
        Err(error) => return Wrong(failed(&error, "s3:GetObject")),
    };
    match bytes {
        Ok(bytes) if bytes == CONTENT[2..=6] => Fine("A range of it was read back.".to_owned()),
        Ok(_) => Wrong("Other bytes were read than were written. Do not use this store.".to_owned()),
        Err(error) => Wrong(format!("Reading broke off: {}.", with_causes(&error))),
    }
}

/// What it says of an object that was just written.
async fn encryption(store: &S3Store, key: &ObjectKey) -> Outcome {
    let said = match store.client.head_object().bucket(&store.name).key(key.as_str()).send().await {
        Ok(said) => said,
        Err(error) => return Doubtful(format!("It is not known: {}.", with_causes(&error))),
    };
    let used = said.server_side_encryption.as_ref();
    let Some(wanted) = &store.encryption else {
        return match used {
            Some(used) => Fine(format!("Objects are encrypted ({used}), as the bucket is set up.")),
            None => NotSupported("The store does not say that it encrypts; none was asked for.".to_owned()),
        };
    };
    let key = said.ssekms_key_id.as_deref().unwrap_or_default();
    match used {
        // An id is answered as the ARN that ends with it; an alias as the key that it stands for.
        Some(used) if *used == wanted.algorithm() && is_of(wanted, key) => {
            Fine(format!("Objects are encrypted as was asked for ({used})."))
        }
        Some(used) if *used == wanted.algorithm() => {
            Wrong(format!("Objects are encrypted with another key than kms_key names: {key}."))
        }
        Some(used) => Wrong(format!("Objects are encrypted with {used}, not with {}.", wanted.algorithm())),
        None => Wrong(
            "The store does not say that it encrypts, and encryption=… asks for it. Leave that out, or use a store \
             that does."
                .to_owned(),
        ),
    }
}

fn is_of(wanted: &Encryption, used: &str) -> bool {
    wanted.key().is_none_or(|named| named.contains("alias/") || used.ends_with(named))
}

/// A whole object there and back by presigned requests; and whether it is there for anybody else.
async fn by_clients(store: &S3Store, http: &Client, algorithm: ChecksumAlgorithm) -> (Outcome, Outcome) {
    let key = ObjectKey::reserved();
    let outcome = there_and_back(store, http, algorithm, &key).await;
    let private = match &outcome {
        Ok(()) => unsigned(store, http, &key).await,
        Err(_) => Doubtful("It was not tried, because the public endpoint does not work.".to_owned()),
    };
    // What was not written is gone already.
    let removed = store.delete(&key).await;
    let public = match (outcome, removed) {
        (Ok(()), Ok(())) => Fine(format!("Presigned requests work at {}.", origin(store))),
        (Ok(()), Err(error)) => Wrong(failed(&error, "s3:DeleteObject")),
        (Err(outcome), _) => outcome,
    };
    (public, private)
}

fn origin(store: &S3Store) -> String {
    store.bucket.base_url().origin().ascii_serialization()
}

async fn there_and_back(
    store: &S3Store,
    http: &Client,
    algorithm: ChecksumAlgorithm,
    key: &ObjectKey,
) -> Result<(), Outcome> {
    let put = store
        .presign_put(key, &part(algorithm), VALID)
        .await
        .map_err(|error| Wrong(failed(&error, "credentials")))?;
    send(http, &put, origin(store)).await?;
    let get = store.presign_get(key, VALID).await.map_err(|error| Wrong(failed(&error, "credentials")))?;
    let answer = send(http, &get, origin(store)).await?;
    let bytes = answer.bytes().await.map_err(|error| Wrong(with_causes(&error.without_url())))?;
    if bytes != CONTENT {
        return Err(Wrong(
            "Other bytes came back than were sent. Does something in between change them?".to_owned(),
        ));
    }
    Ok(())
}

/// Sends it as it stands; what went wrong otherwise.
async fn send(http: &Client, request: &PresignedRequest, origin: String) -> Result<Response, Outcome> {
    let is_put = request.method == "PUT";
    let url = request.url.expose();
    let mut call = if is_put { http.put(url).body(CONTENT) } else { http.get(url) };
    for (name, value) in &request.headers {
        call = call.header(name, value);
    }
    let answer = call.send().await.map_err(|error| {
        let said = with_causes(&error.without_url());
        Wrong(format!("{origin} cannot be reached as clients do: {said}. Set public_endpoint=… in --objects to where they can."))
    })?;
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let body = answer.text().await.unwrap_or_default();
    let code =
        body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
    Err(Wrong(format!(
        "{origin} refuses a presigned {} ({status}, {}). A proxy in front of the store must pass the Host header on \
         as it came; path_style=… must be as the store has it.",
        request.method,
        code.unwrap_or("no code"),
    )))
}

/// Whether anybody can read what only presigned requests may.
async fn unsigned(store: &S3Store, http: &Client, key: &ObjectKey) -> Outcome {
    match http.get(store.bucket.object_url(key.as_str())).send().await {
        Ok(answer) if answer.status().is_success() => Wrong(
            "Anybody can read its objects without a signature: links that were ended would still open. Take the \
             policy or the ACL away that allows it, and block public access."
                .to_owned(),
        ),
        Ok(_) => Fine("Objects cannot be read without a signature.".to_owned()),
        Err(error) => Doubtful(format!("It is not known: {}.", with_causes(&error.without_url()))),
    }
}

/// In one part, which is as small as a last part may be.
async fn multipart(store: &S3Store, http: &Client, algorithm: ChecksumAlgorithm) -> Outcome {
    let key = ObjectKey::reserved();
    let id = match store.create_multipart(&key, algorithm).await {
        Ok(id) => id,
        Err(error) => return Wrong(failed(&error, "s3:PutObject")),
    };
    let joined = join(store, http, algorithm, (&key, &id)).await;
    // The right to give up is needed where uploads break off.
    let given_up = match store.create_multipart(&key, algorithm).await {
        Ok(second) => store.abort_multipart(&key, &second).await,
        Err(error) => Err(error),
    };
    // Where it was not joined there is no object, and where it was, no upload.
    let removed = store.abort_multipart(&key, &id).await.and(store.delete(&key).await);
    match (joined, given_up.and(removed)) {
        (Err(outcome), _) => outcome,
        (Ok(()), Err(error)) => Wrong(failed(&error, "s3:AbortMultipartUpload and s3:DeleteObject")),
        (Ok(()), Ok(())) => Fine("An object came in parts, and an upload was given up.".to_owned()),
    }
}

async fn join(
    store: &S3Store,
    http: &Client,
    algorithm: ChecksumAlgorithm,
    (key, id): (&ObjectKey, &str),
) -> Result<(), Outcome> {
    let part = part(algorithm);
    let said = |action| move |error: ObjectError| Wrong(failed(&error, action));
    let request = store.presign_part(key, id, &part, VALID).await.map_err(said("s3:PutObject"))?;
    send(http, &request, origin(store)).await?;
    store.list_multiparts(None).await.map_err(said("s3:ListBucketMultipartUploads"))?;
    let mut parts = store.list_parts(key, id).await.map_err(said("s3:ListMultipartUploadParts"))?;
    // Not every store lists it.
    for listed in &mut parts {
        listed.checksum = Some(part.checksum);
    }
    let whole =
        checksums::over_parts(algorithm, parts.iter().map(|part| part.checksum)).unwrap_or(part.checksum);
    store.complete_multipart(key, id, &parts, whole).await.map_err(said("s3:PutObject"))?;
    let info = store.head(key).await.map_err(said("s3:GetObject"))?;
    if info.size != part.size {
        return Err(Wrong(
            "An object that came in parts does not have their length. Do not use this store.".to_owned(),
        ));
    }
    match encryption(store, key).await {
        wrong @ Wrong(_) => Err(wrong),
        _ => Ok(()),
    }
}

fn part(algorithm: ChecksumAlgorithm) -> PartToSend {
    PartToSend {
        number: 1,
        size: ByteCount(CONTENT.len() as u64),
        checksum: checksums::of(algorithm, CONTENT),
    }
}
