//! Who listens for changes, in this process.

use std::collections::HashMap;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use notespot_protocol::{Revision, UserId};
use tokio::sync::watch;

/// Tells those who listen that a revision exists. Each hears the newest, and never a backlog: what comes
/// before it was heard takes its place.
///
/// Memory: one entry for each owner whom somebody listens to; it goes with the last of them.
#[derive(Debug, Default)]
pub struct Listeners {
    owners: Mutex<HashMap<UserId, watch::Sender<Revision>>>,
}

/// Listens for the changes of one owner, until it is dropped.
#[derive(Debug)]
pub struct Listening {
    // Before the place, so that it counts no more when the place is given up.
    revisions: watch::Receiver<Revision>,
    _place: Place,
}

#[derive(Debug)]
struct Place {
    listeners: Arc<Listeners>,
    owner: UserId,
}

impl Listeners {
    /// Hears of everything that is [told](Self::tell) of this owner from now on.
    #[must_use]
    pub fn listen(self: &Arc<Self>, owner: &UserId) -> Listening {
        let mut owners = self.owners();
        let told = owners.entry(owner.clone()).or_insert_with(|| watch::Sender::new(Revision::ZERO));
        let place = Place { listeners: Arc::clone(self), owner: owner.clone() };
        Listening { revisions: told.subscribe(), _place: place }
    }

    /// Tells that this revision exists, and everything below it. Costs a look into a table where nobody listens.
    pub fn tell(&self, owner: &UserId, revision: Revision) {
        if let Some(told) = self.owners().get(owner) {
            told.send_if_modified(|newest| {
                let is_newer = revision > *newest;
                *newest = revision.max(*newest);
                is_newer
            });
        }
    }

    /// All owners whom somebody listens to.
    pub(crate) fn listened_to(&self) -> Vec<UserId> {
        self.owners().keys().cloned().collect()
    }

    fn owners(&self) -> MutexGuard<'_, HashMap<UserId, watch::Sender<Revision>>> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listening {
    /// Waits for a revision that was not heard of yet, and gives the newest. May be dropped and called again.
    pub async fn newer(&mut self) -> Revision {
        match self.revisions.changed().await {
            Ok(()) => *self.revisions.borrow_and_update(),
            // Whoever tells is there for as long as somebody listens.
            Err(_) => pending().await,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut owners = self.listeners.owners();
        if owners.get(&self.owner).is_some_and(|told| told.receiver_count() == 0) {
            owners.remove(&self.owner);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    fn named(name: &str) -> UserId {
        UserId(name.to_owned())
    }

    async fn hears(listening: &mut Listening) -> Option<Revision> {
        timeout(Duration::from_millis(20), listening.newer()).await.ok()
    }

    #[tokio::test]
    async fn each_hears_the_newest_of_its_own_owner_and_no_backlog() {
        let listeners = Arc::new(Listeners::default());
        let (ada, eve) = (named("ada"), named("eve"));
        listeners.tell(&ada, Revision(1));
        let mut first = listeners.listen(&ada);
        let mut other = listeners.listen(&eve);
        assert_eq!(hears(&mut first).await, None, "what was told before");
        for revision in [2, 5, 4] {
            listeners.tell(&ada, Revision(revision));
        }
        let mut late = listeners.listen(&ada);
        assert_eq!(hears(&mut first).await, Some(Revision(5)));
        assert_eq!(hears(&mut first).await, None);
        assert_eq!(hears(&mut late).await, None);
        assert_eq!(hears(&mut other).await, None, "somebody else's");
        listeners.tell(&ada, Revision(6));
        assert_eq!((hears(&mut first).await, hears(&mut late).await), (Some(Revision(6)), Some(Revision(6))));
    }

    #[tokio::test]
    async fn nothing_is_kept_of_an_owner_whom_nobody_listens_to() {
        let listeners = Arc::new(Listeners::default());
        let ada = named("ada");
        let (one, two) = (listeners.listen(&ada), listeners.listen(&ada));
        drop(one);
        assert_eq!(listeners.owners().len(), 1);
        drop(two);
        listeners.tell(&ada, Revision(1));
        assert_eq!(listeners.owners().len(), 0);
    }
}
