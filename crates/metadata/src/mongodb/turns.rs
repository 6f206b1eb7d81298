//! Who may write for an owner, in this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use notespot_protocol::UserId;
use tokio::sync::OwnedMutexGuard;

/// Writers of one owner in this process wait for one another: those that begin at once would only be run again
/// by the server, most of them several times. Against other processes, the server decides.
///
/// Memory: one entry for each owner who is written to, and some that are forgotten when there are twice as many.
#[derive(Debug, Default)]
pub(super) struct Turns {
    owners: Mutex<Owners>,
}

#[derive(Debug, Default)]
struct Owners {
    turns: HashMap<UserId, Weak<tokio::sync::Mutex<()>>>,
    forget_at: usize,
}

/// Ends when it is dropped.
pub(super) type Turn = OwnedMutexGuard<()>;

const FEW: usize = 64;

impl Turns {
    /// Waits for those who came before.
    pub(super) async fn take(&self, owner: &UserId) -> Turn {
        self.of(owner).lock_owned().await
    }

    fn of(&self, owner: &UserId) -> Arc<tokio::sync::Mutex<()>> {
        let mut owners = self.owners();
        if let Some(turn) = owners.turns.get(owner).and_then(Weak::upgrade) {
            return turn;
        }
        if owners.turns.len() >= owners.forget_at {
            owners.turns.retain(|_, turn| turn.strong_count() > 0);
            owners.forget_at = FEW.max(owners.turns.len() * 2);
        }
        let turn = Arc::default();
        owners.turns.insert(owner.clone(), Arc::downgrade(&turn));
        turn
    }

    fn owners(&self) -> MutexGuard<'_, Owners> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn one_writes_for_an_owner_and_others_are_not_in_the_way() {
        let turns = Turns::default();
        let [ada, eve] = ["ada", "eve"].map(|name| UserId(name.to_owned()));
        let first = turns.take(&ada).await;
        let _other = turns.take(&eve).await;
        assert!(timeout(Duration::from_millis(20), turns.take(&ada)).await.is_err());
        drop(first);
        turns.take(&ada).await;
    }

    #[tokio::test]
    async fn owners_whom_nobody_writes_to_are_forgotten() {
        let turns = Turns::default();
        for number in 0..1000 {
            drop(turns.take(&UserId(number.to_string())).await);
        }
        assert!(turns.owners().turns.len() <= FEW);
    }
}
