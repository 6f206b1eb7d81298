//! One download, until it is done.

use notespot_transfer::{CancellationToken, Existing, Fate, Progress, Settings, TransferError};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::fates::{Fates, Weather};
use super::faults::{Ask, Fault};
use super::runs::{self, History, carried_out, is_failed_call, is_of_the_server};
use super::server::Server;
use crate::it::control::MIB;

pub(super) async fn download(seed: u64, settings: Settings) -> History {
    let mut dice = StdRng::seed_from_u64(seed);
    let size = runs::size(seed, &mut dice);
    let fates = Fates::new(seed, Weather::drawn(&mut dice, 1));
    let server = Server::new(fates.clone(), settings);
    let bytes = runs::bytes(seed, size);
    server.stand.offer(bytes);
    let file = server.stand.offered(&server.stand.here(), Existing::Fail);
    let mut patience = runs::patience(&mut dice);
    let (mut ended, mut failed, mut damaged, by_clock) = (0, 0, 0, !patience.is_empty());
    let said = || format!("seed {seed} after {:?}", fates.struck());
    let there = || std::fs::read(server.stand.path("report.pdf")).ok();
    let is_wrong_plan = |ask, fault| (ask, fault) == (Ask::PlanDownload, Fault::WrongSum);
    let is_damage = |ask, fault| fault == Fault::CorruptDown || is_wrong_plan(ask, fault);
    loop {
        let (progress, never) = (Progress::new(), CancellationToken::new());
        let downloading = server.stand.engine.download_file(&server, &file, &progress, &never);
        let done = carried_out(&fates, patience.pop(), Box::pin(downloading)).await;
        let there = there();
        assert!(there.as_ref().is_none_or(|there| there == bytes), "{}", said());
        match done {
            Some(Ok(saved)) => {
                // Dropped in the very moment in which it was done, and asked for again.
                assert!(matches!(saved.fate, Fate::Downloaded | Fate::WasThere), "{}", said());
                assert!(there.is_some(), "{}", said());
                break;
            }
            // Damage is noticed, and tried again when a person asks for it.
            Some(Err(TransferError::ChecksumMismatch { .. })) => {
                damaged += 1;
                assert!(damaged <= fates.count(is_damage), "{}", said());
            }
            // It was done in that moment, and the server says now that it is something else.
            Some(Err(TransferError::TargetExists { .. })) => {
                assert!(there.is_some() && fates.count(is_wrong_plan) > 0, "{}", said());
            }
            Some(Err(error)) => {
                assert!(is_of_the_server(&error), "{}: {error:?}", said());
                failed += 1;
                assert!(failed <= fates.count(is_failed_call), "{}: {error:?}", said());
            }
            None => {}
        }
        ended += 1;
    }
    History { struck: fates.struck(), is_exact: !by_clock && (size <= 4 * MIB || ended == 0) }
}
