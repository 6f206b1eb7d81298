//! What was found where something was looked at for whoever sets it up.

use std::fmt;

pub(crate) use notespot_objects::s3::check::with_causes;
use serde::Serialize;

/// How one thing is: a sentence that says it, or what is wrong and what to do.
#[derive(Debug, Serialize)]
pub(crate) struct Finding {
    /// What was looked at, in a word or two.
    pub(crate) of: &'static str,
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
}

#[derive(Debug, Serialize)]
#[serde(tag = "outcome", content = "said", rename_all = "lowercase")]
pub(crate) enum Outcome {
    Fine(String),
    /// It works, and something is missing or less safe than it could be.
    Doubtful(String),
    Wrong(String),
}

pub(crate) fn finding(of: &'static str, outcome: Outcome) -> Finding {
    Finding { of, outcome }
}

impl Outcome {
    pub(crate) fn is_wrong(&self) -> bool {
        matches!(self, Self::Wrong(_))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, said) = match &self.outcome {
            Outcome::Fine(said) => ("ok", said),
            Outcome::Doubtful(said) => ("look", said),
            Outcome::Wrong(said) => ("wrong", said),
        };
        write!(f, "{word:<7} {}: {said}", self.of)
    }
}

/// "One thing is wrong."
pub(crate) fn how_many_are_wrong(findings: &[Finding]) -> Option<String> {
    match findings.iter().filter(|finding| finding.outcome.is_wrong()).count() {
        0 => None,
        1 => Some("One thing is wrong.".to_owned()),
        wrong => Some(format!("{wrong} things are wrong.")),
    }
}
