//! What an object store's answer means.

use notespot_network::{Trouble, clock_ahead, is_page, retry_after, shown};
use reqwest::{Response, StatusCode};

use crate::{TransferError, WireError};

/// Of an error document; S3's are a few hundred bytes.
const ERROR_MAX_BYTES: usize = 16 * 1024;

/// Why one try did not work.
#[derive(Debug)]
pub(crate) enum Miss {
    /// May work if tried again, after the time that the store asked for: [`TransferError::wish`].
    Passing(TransferError),
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
        match error.downcast::<Trouble>() {
            Ok(trouble) if trouble.is_lasting() => Self::Final(TransferError::InTheWay(*trouble)),
            Ok(trouble) => Self::Passing(TransferError::InTheWay(*trouble)),
            Err(error) => Self::Passing(TransferError::StoreUnreachable { source: Some(error) }),
        }
    }

    /// The body of an answer broke off.
    pub(crate) fn broken_off(error: reqwest::Error) -> Self {
        Self::network(error.without_url().into())
    }

    pub(crate) fn silence() -> Self {
        Self::Passing(TransferError::StoreUnreachable { source: None })
    }

    /// Takes an answer for the store's own, unless it is a web page: objects of ours never are, and no
    /// store sends one with a success.
    pub(crate) fn unless_page(answer: Response) -> Result<Response, Self> {
        let passes = answer.status().is_server_error() || answer.status() == StatusCode::TOO_MANY_REQUESTS;
        if is_page(answer.headers()) && !passes {
            let host = shown(answer.url());
            return Err(Self::Final(TransferError::InTheWay(Trouble::Portal { host })));
        }
        Ok(answer)
    }

    /// Reads an answer that is no success.
    pub(crate) async fn read(answer: Response) -> Self {
        let status = answer.status();
        let wish = retry_after(answer.headers());
        let ahead_secs = clock_ahead(answer.headers());
        let Said { code, message } = said(answer).await;
        let status_number = status.as_u16();
        tracing::debug!(status = status_number, code = code.as_deref(), "the object store refused");
        match (status, code.as_deref()) {
            (_, Some("BadDigest" | "XAmzContentChecksumMismatch" | "InvalidDigest")) => Self::OtherBytes,
            (StatusCode::FORBIDDEN, Some("RequestTimeTooSkewed" | "ExpiredToken" | "RequestExpired")) => {
                Self::NotAccepted(TransferError::Expired { ahead_secs })
            }
            (StatusCode::FORBIDDEN, _) if message.is_some_and(|text| text.contains("expired")) => {
                Self::NotAccepted(TransferError::Expired { ahead_secs })
            }
            (StatusCode::FORBIDDEN, _) => {
                Self::NotAccepted(TransferError::StoreRefused { status: status_number, code })
            }
            (StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT, _)
            | (_, Some("RequestTimeout" | "SlowDown" | "IncompleteBody")) => {
                Self::Passing(TransferError::StoreBusy { status: status_number, wish })
            }
            _ if status.is_server_error() => {
                Self::Passing(TransferError::StoreBusy { status: status_number, wish })
            }
            _ => Self::Final(TransferError::StoreRefused { status: status_number, code }),
        }
    }
}

/// What S3's error document says (docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).
struct Said {
    /// For programs; nothing that is no word.
    code: Option<String>,
    /// For the comparison above only: it is not shown.
    message: Option<String>,
}

async fn said(mut answer: Response) -> Said {
    let mut text = Vec::new();
    while let Ok(Some(piece)) = answer.chunk().await {
        text.extend_from_slice(&piece);
        if text.len() > ERROR_MAX_BYTES {
            break;
        }
    }
    let text = String::from_utf8_lossy(&text);
    let element = |name: &str| {
        let (_, after) = text.split_once(&format!("<{name}>"))?;
        Some(after.split_once(&format!("</{name}>"))?.0.to_owned())
    };
    let sane =
        |code: &String| code.len() <= 64 && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
    Said { code: element("Code").filter(sane), message: element("Message") }
}
