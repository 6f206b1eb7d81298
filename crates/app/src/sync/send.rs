//! Sending what was done here, in the order in which it was done.
//!
//! What was done to many things at once goes in few calls ([`together`]); everything else goes one by one ([`one`]).

use std::collections::{HashSet, VecDeque};
use std::time::{Duration, Instant};

use notespot_protocol::NodeId;

use super::pull::pull;
use super::server::SyncServer;
use crate::AppError;
use crate::library::Library;
use crate::library::edits::{EditId, Waiting};

mod decide;
mod one;
mod together;

use one::{Fate, send_one};
use together::Way;

/// So many edits are read ahead at the most: about 1 MiB.
const READ_AHEAD_MAX: u32 = 1000;
const READ_AHEAD_MIN: u32 = 16;
/// No more often is it told that something went, while there is more.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// Sends every edit that waits for nobody. What cannot be sent without asking the person is left, and no other waits
/// for it but those of the same node. Errors when the server is away: the rest stays where it is.
///
/// `told` is called when something went, at most ten times a second, and after the last. True when changes were fetched
/// on the way.
pub(super) async fn send(
    server: &impl SyncServer,
    library: &Library,
    told: &(dyn Fn() + Sync),
) -> Result<bool, AppError> {
    let telling = Telling { told, last: None, is_owed: false };
    let mut sending =
        Sending { server, library, left: HashSet::new(), is_behind: false, has_fetched: false, telling };
    let sent = sending.all().await;
    sending.telling.rest();
    sent.map(|()| sending.has_fetched)
}

struct Sending<'a, S> {
    server: &'a S,
    library: &'a Library,
    /// On these, something is tried again with the next round. What was done later to the same node stays behind
    /// what was done earlier.
    left: HashSet<NodeId>,
    /// Much was changed elsewhere: it is fetched before more is sent. Once: after that, what is behind is asked for one
    /// by one.
    is_behind: bool,
    has_fetched: bool,
    telling: Telling<'a>,
}

impl<S: SyncServer> Sending<'_, S> {
    async fn all(&mut self) -> Result<(), AppError> {
        let (mut after, mut at_most) = (0, READ_AHEAD_MAX);
        loop {
            let read = self.library.next_edits(after, at_most).await?;
            if read.is_empty() {
                return Ok(());
            }
            let (last, handled) = self.send_read(read.into()).await?;
            after = last;
            // Where many edits of one thing follow each other, reading far ahead is for nothing.
            at_most = handled.saturating_mul(2).clamp(READ_AHEAD_MIN, READ_AHEAD_MAX);
            if std::mem::take(&mut self.is_behind) {
                self.has_fetched = true;
                pull(self.server, self.library, &|_| ()).await?;
                after = 0;
            }
        }
    }

    /// Sends what was read, up to the first edit whose node an earlier one of them has changed: it has to be read
    /// again. The last one that was handled, and how many were.
    async fn send_read(&mut self, mut read: VecDeque<Waiting>) -> Result<(EditId, u32), AppError> {
        let mut touched = HashSet::new();
        let (mut last, mut handled) = (0, 0);
        while let Some(next) = read.pop_front_if(|next| !touched.contains(&next.node)) {
            if self.left.contains(&next.node) {
                (last, handled) = (next.id, handled + 1);
                continue;
            }
            let way = together::way_of(&next);
            let group = match way {
                Some(way) => {
                    let is_free = |node| !touched.contains(&node) && !self.left.contains(&node);
                    together::gather(way, next, &mut read, is_free)
                }
                None => vec![next],
            };
            for edit in &group {
                touched.insert(edit.node);
                (last, handled) = (edit.id, handled + 1);
            }
            self.telling.is_owed = true;
            match way.filter(|way| group.len() > 1 || *way == Way::IsThere) {
                Some(way) => self.send_together(way, group).await?,
                None => self.send_each(group).await?,
            }
            self.telling.tell();
            if self.is_behind {
                break;
            }
        }
        Ok((last, handled))
    }

    async fn send_each(&mut self, edits: Vec<Waiting>) -> Result<(), AppError> {
        for edit in edits {
            let node = edit.node;
            if send_one(self.server, self.library, edit).await? == Fate::Left {
                self.left.insert(node);
            }
        }
        Ok(())
    }
}

/// Tells that something went, and not too often.
struct Telling<'a> {
    told: &'a (dyn Fn() + Sync),
    last: Option<Instant>,
    is_owed: bool,
}

impl Telling<'_> {
    fn tell(&mut self) {
        self.is_owed = self.last.is_some_and(|last| last.elapsed() < TELL_EVERY);
        if !self.is_owed {
            self.last = Some(Instant::now());
            (self.told)();
        }
    }

    fn rest(&mut self) {
        if std::mem::take(&mut self.is_owed) {
            (self.told)();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn what_goes_is_told_ten_times_a_second_and_the_last_of_it_always() {
        let count = AtomicU32::new(0);
        let told = || {
            count.fetch_add(1, Ordering::Relaxed);
        };
        let mut telling = Telling { told: &told, last: None, is_owed: false };
        let begun = Instant::now();
        for _ in 0..10_000 {
            telling.tell();
        }
        let most = u32::try_from(begun.elapsed().as_millis() / 100).unwrap() + 1;
        assert!((1..=most).contains(&count.load(Ordering::Relaxed)));
        let before = count.load(Ordering::Relaxed);
        telling.tell();
        telling.rest();
        assert!(count.load(Ordering::Relaxed) > before);
        telling.rest();
        assert_eq!(count.load(Ordering::Relaxed), before + 1, "nothing is owed any more");
    }
}
