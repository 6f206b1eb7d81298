//! Going on by itself when the connection is back.

use std::time::Duration;

use notespot_client::ClientError;
use notespot_protocol::ErrorCode;
use notespot_transfer::TransferError;
use rand::RngExt as _;

use crate::{App, AppError};

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Whether an error is about the way to the server or to the store, and not about the file: what passes by
/// itself, and what somebody has to do something about, who then need not ask for the transfer again. Nobody is
/// signed in, a certificate is not trusted, a captive portal or a proxy answers in the place of either.
pub(crate) fn passes(error: &AppError) -> bool {
    let is_mended = |error: &ClientError| {
        error.code() == ErrorCode::NotSignedIn || matches!(error, ClientError::NotANotespotServer { .. })
    };
    error.is_passing()
        || matches!(error, AppError::Transfer(TransferError::InTheWay(_) | TransferError::Closing))
        || error.client().is_some_and(is_mended)
}

/// Lets transfers go on after one of them found the connection away: when sync says that the server
/// answers, and ever more slowly where it does and transfers still fail.
pub(crate) async fn go_on_when_connected(app: App) {
    let mut failures = 0_u32;
    loop {
        app.transfer_queue().held.notified().await;
        failures = if app.transfer_queue().lock().went_well() { 1 } else { failures.saturating_add(1) };
        // Sync looks at once whether the server is there.
        app.nudge();
        tokio::time::sleep(pause_after(failures)).await;
        app.connected().await;
        app.transfer_queue().change(super::Queue::release);
        app.start_transfers();
    }
}

fn pause_after(failures: u32) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1 << failures.saturating_sub(1).min(10));
    // Jitter: when a server comes back, not everybody comes at once.
    doubled.min(LONGEST_PAUSE).mul_f64(rand::rng().random_range(0.7..1.0))
}

#[cfg(test)]
mod tests {
    use notespot_protocol::Problem;

    use super::*;

    #[test]
    fn what_passes_is_told_from_what_does_not() {
        let refused = |status, code| AppError::from(Problem::new(status, code, "no"));
        assert!(passes(&refused(503, ErrorCode::Unavailable)));
        assert!(passes(&refused(401, ErrorCode::NotSignedIn)));
        assert!(passes(&AppError::Transfer(TransferError::StoreBusy { status: 503, wish: None })));
        assert!(!passes(&refused(413, ErrorCode::QuotaExceeded)));
        assert!(!passes(&AppError::Transfer(TransferError::DiskFull { name: "a".to_owned() })));
    }

    #[test]
    fn a_store_that_stays_away_is_asked_ever_more_slowly_but_at_least_twice_a_minute() {
        assert!(pause_after(1) <= FIRST_PAUSE);
        assert!(pause_after(4) > pause_after(1));
        assert!(pause_after(1000) <= LONGEST_PAUSE);
    }
}
