//! The memory that everything under way shares.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::TransferError;

/// Memory is counted in pieces of this size: the smallest file takes one.
const GRAIN_BYTES: usize = 4 * 1024;

/// A budget, of which large requests and small files may have three quarters each: neither waits for what the
/// other holds. What there is for one of either kind is never less than it takes.
#[derive(Debug)]
pub(crate) struct Memory {
    all: Grains,
    large: Grains,
    small: Grains,
    least: Least,
}

/// What one takes at most, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Least {
    pub(crate) large: u64,
    pub(crate) small: u64,
}

/// Memory that is somebody's until it is dropped.
#[derive(Debug)]
pub(crate) struct Reserved {
    _of_share: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl Memory {
    pub(crate) fn new(bytes: usize, least: Least) -> Self {
        let sizes = Sizes::of(bytes, least);
        let [all, large, small] = [sizes.all, sizes.large, sizes.small].map(Grains::new);
        Self { all, large, small, least }
    }

    /// From now on, also with what is reserved.
    pub(crate) fn set(&self, bytes: usize) {
        let sizes = Sizes::of(bytes, self.least);
        self.all.set(sizes.all);
        self.large.set(sizes.large);
        self.small.set(sizes.small);
    }

    pub(crate) async fn reserve_large(&self, bytes: u64) -> Result<Reserved, TransferError> {
        self.reserve(&self.large, bytes).await
    }

    pub(crate) async fn reserve_small(&self, bytes: u64) -> Result<Reserved, TransferError> {
        self.reserve(&self.small, bytes).await
    }

    async fn reserve(&self, share: &Grains, bytes: u64) -> Result<Reserved, TransferError> {
        // Whoever has none of its share left waits in nobody else's way.
        let of_share = share.take(bytes).await?;
        Ok(Reserved { _of_share: of_share, _of_all: self.all.take(bytes).await? })
    }

    /// For content of large files that can do without it. `None` where that would leave less than a quarter of
    /// all, or an eighth of what large requests may have: what is kept waits for ranges that come before it, and
    /// those must always find the memory for one.
    pub(crate) fn try_reserve(&self, bytes: u64) -> Option<Reserved> {
        let grains = grains_for(bytes);
        let least = (self.large.now() / 8).max(grains_for(self.least.large) as usize);
        let of_share = self.large.try_take(grains, least)?;
        Some(Reserved { _of_share: of_share, _of_all: self.all.try_take(grains, self.all.now() / 4)? })
    }
}

/// In grains.
struct Sizes {
    all: usize,
    large: usize,
    small: usize,
}

impl Sizes {
    fn of(bytes: usize, least: Least) -> Self {
        let (large, small) = (grains_for(least.large) as usize, grains_for(least.small) as usize);
        let all = (bytes / GRAIN_BYTES).clamp(large + small, Semaphore::MAX_PERMITS);
        // What the other kind can always have.
        let beside = |other: usize| all - other.max(all / 4);
        Self { all, large: beside(small), small: beside(large) }
    }
}

fn grains_for(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(GRAIN_BYTES as u64).max(1)).unwrap_or(u32::MAX)
}

/// So many grains, some of which are reserved.
#[derive(Debug)]
struct Grains {
    free: Arc<Semaphore>,
    /// What there is in all.
    now: Mutex<usize>,
}

impl Grains {
    fn new(grains: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(grains)), now: Mutex::new(grains) }
    }

    fn now(&self) -> usize {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes them where at least so many are left then.
    fn try_take(&self, grains: u32, least_left: usize) -> Option<OwnedSemaphorePermit> {
        let left = self.free.available_permits().checked_sub(grains as usize)?;
        if left < least_left {
            return None;
        }
        self.free.clone().try_acquire_many_owned(grains).ok()
    }

    async fn take(&self, bytes: u64) -> Result<OwnedSemaphorePermit, TransferError> {
        let free = self.free.clone();
        free.acquire_many_owned(grains_for(bytes)).await.map_err(|_| TransferError::Closing)
    }

    /// What is reserved beyond a smaller budget stays so until it is given back; nothing new is
    /// reserved before.
    fn set(&self, wanted: usize) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if wanted >= *now {
            self.free.add_permits(wanted - *now);
        } else {
            let mut owed = *now - wanted;
            owed -= self.free.forget_permits(owed);
            if owed > 0 {
                let free = self.free.clone();
                let owed = u32::try_from(owed).unwrap_or(u32::MAX);
                tokio::spawn(async move {
                    if let Ok(given_back) = free.acquire_many(owed).await {
                        given_back.forget();
                    }
                });
            }
        }
        *now = wanted;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const MIB: u64 = 1 << 20;
    const LEAST: Least = Least { large: MIB, small: 2 * MIB };

    #[tokio::test]
    async fn a_smaller_budget_is_kept_as_soon_as_memory_is_given_back() {
        let memory = Memory::new(64 << 20, LEAST);
        let held =
            [memory.reserve_large(46 * MIB).await.unwrap(), memory.reserve_small(14 * MIB).await.unwrap()];
        memory.set(8 << 20);
        tokio::task::yield_now().await;
        assert_eq!(memory.all.free.available_permits(), 0);
        drop(held);
        tokio::task::yield_now().await;
        let free = || [&memory.all, &memory.large, &memory.small].map(|one| one.free.available_permits());
        let grains = |mib: usize| (mib << 20) / GRAIN_BYTES;
        assert_eq!(free(), [grains(8), grains(6), grains(6)]);
        memory.set(16 << 20);
        assert_eq!(free(), [grains(16), grains(12), grains(12)]);
    }

    /// Of one file, what comes later is kept until what comes first has come: that needs memory.
    #[tokio::test]
    async fn what_can_do_without_never_takes_the_last_that_a_range_needs() {
        for budget in [0, 4 << 20, 16 << 20, 64 << 20] {
            let memory = Memory::new(budget, LEAST);
            let kept: Vec<_> = std::iter::from_fn(|| memory.try_reserve(MIB / 4)).collect();
            memory.reserve_large(LEAST.large).now_or_never().expect("a range waits").unwrap();
            assert!(budget < 16 << 20 || !kept.is_empty(), "{budget}");
        }
    }

    #[tokio::test]
    async fn neither_kind_waits_for_what_the_other_holds_however_small_the_budget_is() {
        for budget in [0, 4 << 20, 16 << 20] {
            let memory = Memory::new(budget, LEAST);
            let mut held = Vec::new();
            while let Some(one) = memory.reserve_large(LEAST.large).now_or_never() {
                held.push(one.unwrap());
            }
            // One of them waits, and is in nobody's way.
            let mut waiting = Box::pin(memory.reserve_large(LEAST.large));
            assert!(waiting.as_mut().now_or_never().is_none());
            memory.reserve_small(LEAST.small).now_or_never().expect("a small one waits").unwrap();
            drop(waiting);
            held.clear();
            while let Some(one) = memory.reserve_small(LEAST.small).now_or_never() {
                held.push(one.unwrap());
            }
            memory.reserve_large(LEAST.large).now_or_never().expect("a large one waits").unwrap();
        }
    }
}
