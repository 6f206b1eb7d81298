//! Going on by itself when the server or the store was away for a while, where no queue does it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notespot_protocol::ByteCount;
use notespot_transfer::{Progress, TransferError};
use rand::RngExt as _;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::AppError;

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// For how long work is begun again that nothing but the connection keeps from being done.
///
/// The time begins with a piece of work's first failure, and anew whenever that work gets further than it ever
/// was or any other goes well: ten thousand files wait for a store that is started again as one does, and each
/// for as long as it takes. When the first of them is given up, so are the others.
#[derive(Debug)]
pub(crate) struct Patience {
    time: Duration,
    seen: Mutex<Seen>,
}

/// By all pieces of work together.
#[derive(Debug, Default)]
struct Seen {
    went_well: Option<Instant>,
    /// One was given up since: the next ones have waited with it, and end with their first failure.
    is_over: bool,
}

/// One piece of work, of which each try ends here.
#[derive(Debug)]
struct Effort<'a> {
    patience: &'a Patience,
    cancel: &'a CancellationToken,
    furthest: ByteCount,
    failing_since: Option<Instant>,
    pause: Duration,
}

impl Patience {
    /// Zero has none: each piece of work is done once.
    pub(crate) fn new(time: Duration) -> Self {
        Self { time, seen: Mutex::default() }
    }

    /// Makes a call, again where it has to be.
    pub(crate) async fn outlast<T, E, F>(
        &self,
        cancel: &CancellationToken,
        call: impl Fn() -> F,
    ) -> Result<T, AppError>
    where
        AppError: From<E>,
        F: Future<Output = Result<T, E>>,
    {
        let mut effort = self.begin(cancel);
        loop {
            let outcome = call().await.map_err(AppError::from);
            if let Some(outcome) = effort.ended(outcome, ByteCount::ZERO).await {
                return outcome;
            }
        }
    }

    /// Moves a file, again where it has to be; `told` hears how many bytes have moved, each time from the
    /// beginning.
    pub(crate) async fn outlast_moving<T, F>(
        &self,
        cancel: &CancellationToken,
        told: impl Fn(ByteCount) + Send + Sync + 'static,
        moving: impl Fn(Progress) -> F,
    ) -> Result<T, AppError>
    where
        F: Future<Output = Result<T, TransferError>>,
    {
        let told = Arc::new(told);
        let mut effort = self.begin(cancel);
        loop {
            let told = Arc::clone(&told);
            let progress = Progress::told(move |done| told(done));
            let outcome = moving(progress.clone()).await.map_err(AppError::from);
            if let Some(outcome) = effort.ended(outcome, progress.done()).await {
                return outcome;
            }
        }
    }

    fn begin<'a>(&'a self, cancel: &'a CancellationToken) -> Effort<'a> {
        Effort { patience: self, cancel, furthest: ByteCount::ZERO, failing_since: None, pause: FIRST_PAUSE }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Effort<'_> {
    /// Gives what came of a try that is the last one. Of another, gives nothing after a pause: the work is to be
    /// done again. `done` is how far it came, zero where that has no meaning.
    async fn ended<T>(
        &mut self,
        outcome: Result<T, AppError>,
        done: ByteCount,
    ) -> Option<Result<T, AppError>> {
        let now = Instant::now();
        let error = match outcome {
            Ok(value) => {
                *self.patience.lock() = Seen { went_well: Some(now), is_over: false };
                return Some(Ok(value));
            }
            Err(error) if error.is_passing() => error,
            Err(error) => return Some(Err(error)),
        };
        if done > self.furthest {
            (self.furthest, self.failing_since, self.pause) = (done, None, FIRST_PAUSE);
        }
        if self.is_over(now) {
            return Some(Err(error));
        }
        // Jitter: when a server comes back, not everybody comes at once.
        let pause = self.pause.mul_f64(rand::rng().random_range(0.5..1.0)).max(wish_of(&error));
        tracing::info!(%error, ?pause, "it is done again after a pause");
        tokio::select! {
            () = self.cancel.cancelled() => return Some(Err(AppError::Cancelled)),
            () = tokio::time::sleep(pause) => {}
        }
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        None
    }

    fn is_over(&mut self, now: Instant) -> bool {
        self.failing_since.get_or_insert(now);
        let mut seen = self.patience.lock();
        let since = self.failing_since.max(seen.went_well);
        seen.is_over |= since.is_none_or(|since| now.duration_since(since) >= self.patience.time);
        seen.is_over
    }
}

/// For how long the store wants to be left alone.
fn wish_of(error: &AppError) -> Duration {
    match error {
        AppError::Transfer(error) => error.wish().unwrap_or_default(),
        _ => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use notespot_protocol::{ErrorCode, Problem};

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn busy() -> AppError {
        AppError::Transfer(TransferError::StoreBusy { status: 503, wish: None })
    }

    /// Fails until then.
    async fn back_after(patience: &Patience, away: Duration) -> Result<(), AppError> {
        let (begun, cancel) = (Instant::now(), CancellationToken::new());
        let mut effort = patience.begin(&cancel);
        loop {
            let outcome = if begun.elapsed() >= away { Ok(()) } else { Err(busy()) };
            if let Some(outcome) = effort.ended(outcome, ByteCount::ZERO).await {
                return outcome;
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_is_away_for_less_than_a_minute_is_waited_for_and_no_longer() {
        let patience = Patience::new(MINUTE);
        back_after(&patience, Duration::from_secs(55)).await.unwrap();
        let patience = Patience::new(MINUTE);
        let begun = Instant::now();
        back_after(&patience, Duration::from_secs(70)).await.unwrap_err();
        assert!(begun.elapsed() < MINUTE + LONGEST_PAUSE);
        let none = Patience::new(Duration::ZERO);
        let begun = Instant::now();
        back_after(&none, Duration::from_secs(1)).await.unwrap_err();
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn when_one_is_given_up_all_are_until_something_goes_well() {
        let patience = Patience::new(MINUTE);
        back_after(&patience, 10 * MINUTE).await.unwrap_err();
        let begun = Instant::now();
        back_after(&patience, MINUTE).await.unwrap_err();
        assert_eq!(begun.elapsed(), Duration::ZERO);
        back_after(&patience, Duration::ZERO).await.unwrap();
        back_after(&patience, MINUTE / 2).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn others_that_go_well_are_worth_another_minute() {
        let patience = Patience::new(MINUTE);
        let others = async {
            for _ in 0..5 {
                tokio::time::sleep(Duration::from_secs(40)).await;
                back_after(&patience, Duration::ZERO).await.unwrap();
            }
        };
        let (outcome, ()) = tokio::join!(back_after(&patience, 4 * MINUTE), others);
        outcome.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn whatever_gets_further_each_time_is_never_given_up() {
        let (patience, cancel) = (Patience::new(MINUTE), CancellationToken::new());
        let mut effort = patience.begin(&cancel);
        for done in 1..100 {
            tokio::time::sleep(MINUTE).await;
            assert!(effort.ended(Err::<(), _>(busy()), ByteCount(done)).await.is_none());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_pass_and_what_is_cancelled_ends_at_once() {
        let (patience, cancel) = (Patience::new(MINUTE), CancellationToken::new());
        let mut effort = patience.begin(&cancel);
        let begun = Instant::now();
        let taken: Result<(), _> = Err(Problem::new(409, ErrorCode::NameTaken, "taken").into());
        let ended = effort.ended(taken, ByteCount::ZERO).await;
        assert_eq!(ended.unwrap().unwrap_err().code(), ErrorCode::NameTaken);
        cancel.cancel();
        let ended = effort.ended(Err::<(), _>(busy()), ByteCount::ZERO).await;
        assert!(matches!(ended, Some(Err(AppError::Cancelled))));
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }
}
