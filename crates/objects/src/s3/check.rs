//! Whether a bucket is set up as this server and its clients need it: found out by using it.

mod round_trip;

use std::error::Error;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::primitives::DateTimeFormat::HttpDate;
use reqwest::Client;
use tokio::time::timeout;

use super::S3Store;
use super::probe::{Checks, Learned};
use super::rules;
pub use super::rules::{Wanted, set_rules};
use crate::ObjectKey;

/// For each of the two halves: using the bucket, and reading its settings.
const BOUND: Duration = Duration::from_mins(1);
/// What S3 allows clocks to differ by is 15 minutes; presigned requests are good for as long.
const SKEW: Duration = Duration::from_mins(2);
/// From here on, requests fail.
const SKEW_MAX: Duration = Duration::from_mins(14);

/// How one thing is: a sentence that says it, or what is wrong and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, in a word or two.
    pub of: &'static str,
    /// How it is.
    pub outcome: Outcome,
}

/// See [`Finding`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is as it should be.
    Fine(String),
    /// It works, and something is missing or less safe than it could be.
    Doubtful(String),
    /// Something does not work, or will lose or show files.
    Wrong(String),
    /// This store has no such thing, and works without it.
    NotSupported(String),
}

use Outcome::{Doubtful, Fine, Wrong};

/// Looks at everything. What it puts into the bucket, keys that begin with 16 zeros, it takes away again; it
/// changes no setting. `http` is how clients reach the public endpoint. Takes two minutes at most.
pub async fn check(store: &S3Store, wanted: &Wanted, http: &Client) -> Vec<Finding> {
    let reached = timeout(BOUND, reach(store)).await.unwrap_or_else(|_| Wrong(no_answer()));
    let is_there = matches!(reached, Fine(_));
    let mut findings = vec![finding("bucket", reached), finding("clock", clock(store, http).await)];
    if !is_there {
        return findings;
    }
    findings.push(finding("credentials", credentials(store).await));
    let learned = store.learned().await;
    findings.push(finding("checksum", match &learned {
        Ok(learned) => checksum(*learned),
        Err(error) => Wrong(format!(
            "What it verifies could not be found out: {}. Allow s3:PutObject, s3:GetObject and s3:DeleteObject on \
             its objects; what else is said here has to be mended first.",
            with_causes(error)
        )),
    }));
    let mut used = Vec::new();
    if timeout(BOUND, round_trip::run(store, http, &mut used)).await.is_err() {
        used.push(finding("bucket", Wrong(no_answer())));
    }
    findings.append(&mut used);
    match timeout(BOUND, rules::judge(store, wanted)).await {
        Ok(judged) => findings.extend(judged),
        Err(_) => findings.push(finding("lifecycle", Doubtful(no_answer()))),
    }
    findings
}

fn finding(of: &'static str, outcome: Outcome) -> Finding {
    Finding { of, outcome }
}

fn no_answer() -> String {
    format!("It gave no answer within {} s. Check that this machine may reach it.", BOUND.as_secs())
}

/// Lists what earlier checks left, which is nothing: unlike HEAD, a refusal says why.
async fn reach(store: &S3Store) -> Outcome {
    let name = &store.name;
    let call = store.client.list_objects_v2().bucket(name).prefix(ObjectKey::reserved().group()).max_keys(1);
    let Err(error) = call.send().await else {
        return Fine(format!("{name} is there, in {}.", store.bucket.region()));
    };
    let status = error.raw_response().map(|answer| answer.status().as_u16());
    let said = with_causes(&error);
    Wrong(match (error.code(), status) {
        (Some("NoSuchBucket"), _) => {
            format!("There is no bucket {name}. Make it, or correct its name and endpoint in --objects.")
        }
        (Some("InvalidAccessKeyId" | "InvalidClientTokenId"), _) => {
            "The store does not know the access key. Check AWS_ACCESS_KEY_ID, or the role of this machine."
                .to_owned()
        }
        (Some("SignatureDoesNotMatch"), _) => {
            "The secret key does not belong to the access key. Check AWS_SECRET_ACCESS_KEY.".to_owned()
        }
        (Some("ExpiredToken" | "InvalidToken"), _) => {
            "The temporary credentials have ended. Give this machine a role, or set new ones.".to_owned()
        }
        (Some("RequestTimeTooSkewed"), _) => {
            "This machine's clock is wrong. Set up time synchronisation (NTP).".to_owned()
        }
        (Some("PermanentRedirect" | "AuthorizationHeaderMalformed"), _) | (_, Some(301)) => {
            format!("It is in another region. Correct region=… in --objects: {said}.")
        }
        (Some("AccessDenied"), _) | (_, Some(403)) => {
            format!("The credentials may not list it. Allow s3:ListBucket on arn:aws:s3:::{name}.")
        }
        _ if matches!(error, SdkError::DispatchFailure(_) | SdkError::TimeoutError(_)) => {
            format!(
                "It cannot be reached: {said}. Check endpoint=… and region=… in --objects, and the network."
            )
        }
        _ => format!("It could not be listed: {said}."),
    })
}

/// By the time that the public endpoint gives, whatever else it answers.
async fn clock(store: &S3Store, http: &Client) -> Outcome {
    let asked = http.get(store.bucket.base_url().clone()).timeout(Duration::from_secs(10));
    let theirs = match asked.send().await {
        Ok(answer) => answer.headers().get("date").and_then(|date| date.to_str().ok()).and_then(read_date),
        Err(error) => {
            let said = with_causes(&error.without_url());
            return Doubtful(format!("The public endpoint does not tell its time: {said}."));
        }
    };
    let Some(theirs) = theirs else { return Doubtful("The store does not tell its time.".to_owned()) };
    let away = match theirs.duration_since(SystemTime::now()) {
        Ok(ahead) => ahead,
        Err(behind) => behind.duration(),
    };
    judge_clock(away)
}

fn judge_clock(away: Duration) -> Outcome {
    let said = format!(
        "The store's and this machine's are {} s apart. Set up time synchronisation (NTP) here: presigned requests \
         begin and end by them.",
        away.as_secs()
    );
    match away {
        _ if away <= SKEW => Fine("The store's and this machine's agree.".to_owned()),
        _ if away <= SKEW_MAX => Doubtful(said),
        _ => Wrong(said),
    }
}

fn read_date(text: &str) -> Option<SystemTime> {
    SystemTime::try_from(DateTime::from_str(text, HttpDate).ok()?).ok()
}

async fn credentials(store: &S3Store) -> Outcome {
    match store.credentials.get().await {
        Ok(signing) => match signing.left {
            None => Fine("They have no end. On AWS, a role of this machine is safer.".to_owned()),
            Some(left) => Fine(format!(
                "They are temporary: good for {} minutes, and taken up anew before.",
                left.as_secs() / 60
            )),
        },
        Err(error) => Wrong(format!(
            "None can be had: {}. Check the role of this machine, or set AWS_ACCESS_KEY_ID and \
             AWS_SECRET_ACCESS_KEY.",
            with_causes(&error)
        )),
    }
}

fn checksum(Learned { algorithm, checks }: Learned) -> Outcome {
    let algorithm = algorithm.as_str();
    match checks {
        Checks::Refuses => Fine(format!("It refuses bytes that do not have their {algorithm}.")),
        Checks::Reports => Fine(format!("It says the {algorithm} of what it was sent, and is asked each time.")),
        Checks::Ignores => Doubtful(
            "It verifies none: damage on the way to it is found by downloads only. Use a store that verifies \
             CRC-64/NVME, CRC-32C or SHA-256."
                .to_owned(),
        ),
    }
}

/// An error with what it came from. None of them holds a key or a presigned address.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_said = cause.to_string();
        if !said.contains(&cause_said) {
            said = format!("{said}: {cause_said}");
        }
        source = cause.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_far_away_is_wrong_and_one_that_is_not_quite_right_doubtful() {
        assert!(matches!(judge_clock(Duration::from_secs(3)), Fine(_)));
        assert!(matches!(judge_clock(Duration::from_mins(5)), Doubtful(said) if said.contains("300 s")));
        assert!(matches!(judge_clock(Duration::from_mins(20)), Wrong(_)));
        assert!(read_date("Fri, 27 Nov 2026 17:25:06 GMT").is_some() && read_date("today").is_none());
    }
}
