//! What an object store's answer means.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode};

use crate::{TransferError, WireError};

/// Of an error document; S3's are a few hundred bytes.
const ERROR_MAX_BYTES: usize = 16 * 1024;

/// Why one try did not work.
#[derive(Debug)]
pub(crate) enum Miss {
    /// May work if tried again, after the time that the store asked for.
    Passing { wish: Option<Duration>, error: TransferError },
    /// The presigned request is not accepted: perhaps a fresh one is.
    NotAccepted(TransferError),
    /// The bytes are not the ones that were announced.
    OtherBytes,
    /// Nothing to be done.
    Final(TransferError),
}

impl Miss {
    /// The connection failed or fell silent.
    pub(crate) fn network(error: WireError) -> Self {
        Self::Passing { wish: None, error: TransferError::StoreUnreachable { source: Some(error) } }
    }

    /// The body of an answer broke off.
    pub(crate) fn broken_off(error: reqwest::Error) -> Self {
        Self::network(error.without_url().into())
    }

    pub(crate) fn silence() -> Self {
        Self::Passing { wish: None, error: TransferError::StoreUnreachable { source: None } }
    }

    /// Reads an answer that is no success.
    pub(crate) async fn read(answer: Response) -> Self {
        let status = answer.status();
        let wish = answer
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.trim().parse().ok())
            .map(Duration::from_secs);
        let code = error_code(answer).await;
        let status_number = status.as_u16();
        tracing::debug!(status = status_number, code = code.as_deref(), "the object store refused");
        match (status, code.as_deref()) {
            (_, Some("BadDigest" | "XAmzContentChecksumMismatch" | "InvalidDigest")) => Self::OtherBytes,
            (StatusCode::FORBIDDEN, _) => {
                Self::NotAccepted(TransferError::StoreRefused { status: status_number, code })
            }
            (StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT, _)
            | (_, Some("RequestTimeout" | "SlowDown" | "IncompleteBody")) => {
                Self::Passing { wish, error: TransferError::StoreBusy { status: status_number } }
            }
            _ if status.is_server_error() => {
                Self::Passing { wish, error: TransferError::StoreBusy { status: status_number } }
            }
            _ => Self::Final(TransferError::StoreRefused { status: status_number, code }),
        }
    }
}

/// The `Code` of S3's error document (docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).
async fn error_code(mut answer: Response) -> Option<String> {
    let mut text = Vec::new();
    while let Ok(Some(piece)) = answer.chunk().await {
        text.extend_from_slice(&piece);
        if text.len() > ERROR_MAX_BYTES {
            break;
        }
    }
    let text = String::from_utf8_lossy(&text);
    let (_, after) = text.split_once("<Code>")?;
    let (code, _) = after.split_once("</Code>")?;
    let sane = code.len() <= 64 && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
    sane.then(|| code.to_owned())
}
