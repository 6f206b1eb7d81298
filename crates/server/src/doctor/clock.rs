//! The clock: tokens, signatures of objects and webhooks are good for minutes, and each compares it with another.

use std::time::Duration;

use crate::findings::Outcome::{Fine, Wrong};
use crate::findings::{Finding, Outcome, finding};

/// What the verifier of tokens allows clocks to differ by.
const SKEW: Duration = Duration::from_secs(5);

pub(super) const CLOCK: &str = "clock";

/// How this machine's clock compares with another.
pub(super) fn compared(with: &str, away: Duration) -> Outcome {
    // What was told was on its way.
    if away <= SKEW + Duration::from_secs(1) {
        return Fine(format!("It and that of {with} agree."));
    }
    Wrong(format!(
        "It and that of {with} are {} s apart; at most {} s do no harm. Set up time synchronisation (NTP) here.",
        away.as_secs(),
        SKEW.as_secs()
    ))
}

/// Where nothing elsewhere tells the time, that is said.
pub(super) fn missing(findings: &[Finding]) -> Option<Finding> {
    let said = "Nothing that this server works with tells the time: this machine's counts alone.";
    let is_there = findings.iter().any(|finding| finding.of == CLOCK);
    (!is_there).then(|| finding(CLOCK, Fine(said.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_seconds_away_does_no_harm_and_one_that_is_minutes_away_does() {
        assert!(!compared("the database", Duration::from_secs(5)).is_wrong());
        let wrong = compared("the database", Duration::from_mins(2));
        assert!(wrong.is_wrong(), "{wrong:?}");
        assert!(missing(&[finding(CLOCK, wrong)]).is_none() && missing(&[]).is_some());
    }
}
