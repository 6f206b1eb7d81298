//! What uploads and downloads have in common.

use std::sync::LazyLock;
use std::time::Duration;

use notespot_protocol::ErrorCode;
use notespot_testkit::content;
use notespot_transfer::TransferError;
use rand::RngExt as _;
use rand::rngs::StdRng;

use super::fates::{Fates, Struck};
use super::faults::{Ask, Fault};
use crate::it::control::MIB;

/// One in so many is large enough for several ranges.
const LARGE_EVERY: u64 = 50;
const LARGEST: usize = 36 * MIB;

/// Every file is a piece of it.
static CONTENT: LazyLock<Vec<u8>> = LazyLock::new(|| content(1, LARGEST + MIB));

/// What a run has met.
pub(super) struct History {
    pub(super) struck: Struck,
    /// Whether all of it is the same each time.
    pub(super) is_exact: bool,
}

pub(super) fn size(seed: u64, dice: &mut StdRng) -> usize {
    match seed % LARGE_EVERY {
        0 => dice.random_range(17 * MIB..LARGEST),
        n if n % 3 == 0 => dice.random_range(MIB..4 * MIB),
        n if n % 7 == 0 => 0,
        _ => dice.random_range(1..200_000),
    }
}

pub(super) fn bytes(seed: u64, size: usize) -> &'static [u8] {
    let begin = usize::try_from(seed * 7919).unwrap() % MIB;
    &CONTENT[begin..begin + size]
}

/// How long transfers are left alone, one after the other, in half of the seeds: until the clock interrupts them.
pub(super) fn patience(dice: &mut StdRng) -> Vec<Duration> {
    let times = if dice.random_bool(0.5) { dice.random_range(1..4) } else { 0 };
    (0..times).map(|_| Duration::from_millis(dice.random_range(0..60))).collect()
}

/// What comes of a transfer, unless it is dropped: by a fault, or by the clock.
pub(super) async fn carried_out<T>(
    fates: &Fates,
    patience: Option<Duration>,
    transfer: impl Future<Output = T>,
) -> Option<T> {
    let transfer = fates.unless_dropped(transfer);
    tokio::time::timeout(patience.unwrap_or(Duration::MAX), transfer).await.ok().flatten()
}

/// Whether this may end a transfer, which is asked for again then.
pub(super) fn is_of_the_server(error: &TransferError) -> bool {
    use ErrorCode::{ServerUnreachable, Unavailable, UploadEnded};
    // A completion that was repeated on the way may find that it has given the upload up.
    let passing = [Unavailable, ServerUnreachable, UploadEnded];
    matches!(error, TransferError::Control(error) if passing.contains(&error.code()))
}

pub(super) fn is_failed_call(ask: Ask, fault: Fault) -> bool {
    let repeated = matches!((ask, fault), (Ask::Complete { .. }, Fault::Twice));
    repeated || (ask.is_call() && matches!(fault, Fault::Busy | Fault::AnswerLost))
}
