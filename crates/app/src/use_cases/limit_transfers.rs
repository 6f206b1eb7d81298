//! How hard transfers may work.

use notespot_protocol::ByteCount;
use notespot_protocol::window::TransferLimits;
use notespot_transfer::Limits;

use crate::{App, AppConfig, AppError, settings};

const MIB: usize = 1024 * 1024;
/// What is sensible: the engine itself uses 3.2 MiB at least.
const MEMORY_MIB: std::ops::RangeInclusive<u32> = 8..=4096;
const PARALLEL: std::ops::RangeInclusive<u32> = 1..=256;
/// Below that, a request would end before anything has moved.
const SLOWEST: ByteCount = ByteCount(1024);

impl App {
    /// What the person has set.
    #[must_use]
    pub fn transfer_limits(&self) -> TransferLimits {
        chosen(self.config())
    }

    /// Holds from now on, also for what is under way, and is remembered. What is out of all reason
    /// becomes the nearest that is not.
    #[expect(clippy::unused_async, reason = "every command is called the same way, from a runtime")]
    pub async fn set_transfer_limits(&self, limits: TransferLimits) -> Result<(), AppError> {
        let limits = sensible(limits);
        settings::remember_limits(&self.config().config_dir, &limits)?;
        self.remote().engine.set_limits(&for_engine(self.config(), &limits));
        Ok(())
    }
}

/// What an engine is to work within.
pub(crate) fn limits(config: &AppConfig) -> Limits {
    for_engine(config, &chosen(config))
}

fn chosen(config: &AppConfig) -> TransferLimits {
    let built_in = &config.transfers;
    let remembered = settings::remembered_limits(&config.config_dir);
    let as_built = || TransferLimits {
        up: built_in.limit_up,
        down: built_in.limit_down,
        parallel: None,
        memory_mib: u32::try_from(built_in.memory_bytes / MIB).unwrap_or(u32::MAX),
    };
    remembered.map_or_else(as_built, sensible)
}

fn sensible(TransferLimits { up, down, parallel, memory_mib }: TransferLimits) -> TransferLimits {
    TransferLimits {
        up: up.map(|limit| limit.max(SLOWEST)),
        down: down.map(|limit| limit.max(SLOWEST)),
        parallel: parallel.map(|count| count.clamp(*PARALLEL.start(), *PARALLEL.end())),
        memory_mib: memory_mib.clamp(*MEMORY_MIB.start(), *MEMORY_MIB.end()),
    }
}

fn for_engine(config: &AppConfig, limits: &TransferLimits) -> Limits {
    let most = limits.parallel.and_then(|count| usize::try_from(count).ok());
    Limits {
        up: limits.up,
        down: limits.down,
        small_in_flight: most.unwrap_or(config.transfers.small_in_flight),
        large_in_flight: most.unwrap_or(config.transfers.large_in_flight),
        memory_bytes: usize::try_from(limits.memory_mib).unwrap_or(usize::MAX).saturating_mul(MIB),
    }
}
