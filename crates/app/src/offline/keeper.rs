//! Bringing here what is to be available offline, and taking away what is not any more.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use notespot_protocol::{ErrorCode, Failure, NodeId, Sha256};
use notespot_transfer::Progress;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::plan::{Plan, Seen, plan};
use super::{Content, Offline, blocking, fetch, lock};
use crate::library::{Library, LibraryError};
use crate::transfers::passes;
use crate::use_cases::keep_offline;
use crate::{App, AppError, Remote};

/// Files that are fetched at once: it is nobody's hurry.
const AT_ONCE: usize = 2;
/// Between two looks at everything that is wanted: each walks over the whole library.
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);
/// What failed is tried again after this, and then ever later.
const FIRST_PAUSE: Duration = Duration::from_mins(1);
const LONGEST_PAUSE: Duration = Duration::from_hours(1);
/// Everything waits after the connection, or the disk's room, gave out; ever longer where it does again. So does what
/// the disk had no room for: to look whether there is some costs nothing.
const SHORTEST_HOLD: Duration = Duration::from_secs(1);
const LONGEST_HOLD: Duration = Duration::from_secs(30);
/// When nothing happens, it is looked all the same.
const IDLE: Duration = Duration::from_mins(1);

/// Keeps what is wished for as long as it runs. Comes back only when the library fails.
///
/// One or two files at a time are fetched, while nothing that the person waits for moves and the server is there. Dropping it
/// leaves what has arrived, and the next one goes on from it.
pub(crate) async fn keep(
    app: &App,
    remote: &Remote,
    library: &Library,
    offline: &Offline,
) -> Result<(), LibraryError> {
    let _keeping = offline.keeping.lock().await;
    if let Err(error) = offline.read().await {
        tracing::error!(%error, "what is kept available offline could not be looked at: it is fetched again");
    }
    app.tell_changed_copies(offline.tidy_copies().await);
    let mut keeper = Keeper {
        app,
        library,
        offline,
        plan: Plan::default(),
        failed: HashMap::new(),
        held_until: Instant::now(),
        hold: SHORTEST_HOLD,
    };
    let mut reachable = app.shown().reachable();
    let mut busy = app.transfer_queue().busy();
    let never = CancellationToken::new();
    let mut under_way = FuturesUnordered::new();
    let mut coming: HashMap<NodeId, Sha256> = HashMap::new();
    loop {
        keeper.look(&coming).await?;
        let (looked, mut is_due) = (Instant::now(), false);
        loop {
            if *busy.borrow_and_update() {
                under_way.clear();
                is_due |= !coming.is_empty();
                coming.clear();
            } else if *reachable.borrow_and_update() && keeper.held_until <= Instant::now() {
                while under_way.len() < AT_ONCE
                    && let Some(content) = keeper.plan.next.pop_front()
                {
                    coming.insert(content.node, content.sha256);
                    let never = &never;
                    under_way.push(async move {
                        let progress = Progress::new();
                        (content, fetch(remote, &offline.kept, content, &progress, never).await)
                    });
                    is_due = true;
                }
            }
            tokio::select! {
                () = sleep_until(looked + BETWEEN_LOOKS), if is_due => break,
                Some((content, result)) = under_way.next() => {
                    coming.remove(&content.node);
                    keeper.ended(content, result);
                    is_due = true;
                }
                () = offline.wake.notified() => is_due = true,
                _ = reachable.changed() => {}
                _ = busy.changed() => {}
                () = sleep_until(keeper.next_time()) => is_due = true,
            }
        }
    }
}

struct Keeper<'a> {
    app: &'a App,
    library: &'a Library,
    offline: &'a Offline,
    plan: Plan,
    failed: HashMap<NodeId, Failed>,
    /// Nothing is begun before.
    held_until: Instant,
    hold: Duration,
}

/// A content that could not be fetched.
struct Failed {
    sha256: Sha256,
    failure: Failure,
    again_at: Instant,
    pause: Duration,
}

impl Keeper<'_> {
    /// Looks what is wanted, what is here and what goes, and tells the window where anything is different.
    async fn look(&mut self, coming: &HashMap<NodeId, Sha256>) -> Result<(), LibraryError> {
        let Some(wanted) = self.library.wanted_offline().await? else { return Ok(()) };
        // After the look: what was done here before it is counted, unless the server has it.
        let is_settled = self.library.edit_counts().waiting == 0;
        let now = Instant::now();
        let (offline, failed) = (self.offline, &self.failed);
        let seen = |content: &Content| {
            if offline.kept.has(content) {
                return Seen::Here;
            }
            if coming.get(&content.node) == Some(&content.sha256) {
                return Seen::Coming;
            }
            match failed.get(&content.node) {
                Some(it) if it.sha256 == content.sha256 && it.again_at > now => {
                    Seen::Failed(it.failure.clone())
                }
                _ => Seen::Nothing,
            }
        };
        self.plan = plan(wanted, keep_offline::budget(self.app.config()), seen);
        self.failed.retain(|node, _| self.plan.room.has(*node));
        // One version after the other.
        self.plan.next.retain(|content| !coming.contains_key(&content.node));
        self.sweep(is_settled, coming).await;
        self.plan.usage.used = self.offline.kept.used();
        let is_other_usage = {
            let mut usage = lock(&self.offline.usage);
            std::mem::replace(&mut *usage, self.plan.usage) != self.plan.usage
        };
        let standing = std::mem::take(&mut self.plan.standing);
        if self.library.stand_offline(standing).await? || is_other_usage {
            self.app.tell_offline(self.library);
        }
        Ok(())
    }

    /// Takes away what is not wanted any more: once the server knows why, so that what was done here without a network
    /// can be undone; or at once where the person gave it up.
    async fn sweep(&self, is_settled: bool, coming: &HashMap<NodeId, Sha256>) {
        let is_given_up = self.offline.is_given_up.swap(false, Ordering::AcqRel);
        if !is_settled && !is_given_up {
            return;
        }
        let (kept, coming, room) = (self.offline.kept.clone(), coming.clone(), self.plan.room.clone());
        let swept = blocking(move || {
            kept.sweep(|node, sha256, of_it| room.keeps(node, sha256, of_it, is_settled))?;
            // Of one that is here, a crash may have left the folder that it came in.
            let is_awaited = |node, sha256| room.is_for(node, sha256) && !kept.holds(node, sha256);
            kept.sweep_arriving(|node, sha256| coming.contains_key(&node) || is_awaited(node, sha256))
        });
        if let Err(error) = swept.await {
            tracing::warn!(%error, "what is not kept available offline any more could not be removed");
        }
    }

    fn ended(&mut self, content: Content, result: Result<(), AppError>) {
        let error = match result {
            Ok(()) => {
                self.failed.remove(&content.node);
                self.hold = SHORTEST_HOLD;
                return;
            }
            Err(error) => error,
        };
        let now = Instant::now();
        if passes(&error) {
            tracing::info!(%error, "what is kept available offline waits for the connection");
            self.hold_all();
            // Sync looks at once whether the server is there.
            self.app.nudge();
            return;
        }
        tracing::warn!(node = %content.node, %error, "a file could not be made available offline");
        match error.code() {
            ErrorCode::DiskFull => self.hold_all(),
            // It was changed or deleted since: sync brings it.
            ErrorCode::NotFound | ErrorCode::StaleRevision => self.app.nudge(),
            _ => {}
        }
        let (first, longest) = match error.code() {
            ErrorCode::DiskFull => (SHORTEST_HOLD, LONGEST_HOLD),
            _ => (FIRST_PAUSE, LONGEST_PAUSE),
        };
        let before = self.failed.get(&content.node).map(|failed| failed.pause);
        let pause = before.map_or(first, |pause| (pause * 2).min(longest));
        let failed =
            Failed { sha256: content.sha256, failure: (&error).into(), again_at: now + pause, pause };
        self.failed.insert(content.node, failed);
    }

    fn hold_all(&mut self) {
        self.held_until = Instant::now() + self.hold;
        self.hold = (self.hold * 2).min(LONGEST_HOLD);
    }

    /// When it is time to look again, whatever happens.
    fn next_time(&self) -> Instant {
        let now = Instant::now();
        let held = Some(self.held_until).filter(|held| *held > now);
        let again = self.failed.values().map(|failed| failed.again_at).filter(|again| *again > now).min();
        held.into_iter().chain(again).min().unwrap_or(now + IDLE)
    }
}
