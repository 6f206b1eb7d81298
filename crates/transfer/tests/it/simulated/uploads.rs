//! One upload, until it is done.

use notespot_protocol::{ByteCount, ClientRef, DEDUPE_ABOVE, NodeName, OnConflict};
use notespot_transfer::{CancellationToken, FileToUpload, Progress, Settings};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::fates::{Fates, Weather};
use super::faults::{Ask, Fault};
use super::runs::{self, History, carried_out, is_failed_call, is_of_the_server};
use super::server::Server;
use crate::it::control::MIB;
use crate::it::store::locked;

pub(super) async fn upload(seed: u64, settings: Settings) -> History {
    let mut dice = StdRng::seed_from_u64(seed);
    let (size, part_bytes) = (runs::size(seed, &mut dice), dice.random_range(MIB / 4..2 * MIB));
    let parts = size.div_ceil(part_bytes);
    let fates = Fates::new(seed, Weather::drawn(&mut dice, parts));
    let mut server = Server::new(fates.clone(), settings);
    let bytes = runs::bytes(seed, size);
    server.stand.part_bytes = part_bytes;
    server.stand.knows_content = bytes.len() as u64 > DEDUPE_ABOVE.get() && dice.random_bool(0.5);
    let known = usize::from(server.stand.knows_content);
    if known > 0 {
        locked(&server.stand.published).push(bytes.into());
    }
    let file = FileToUpload {
        path: server.stand.file("film.mkv", bytes),
        parent: None,
        name: NodeName::new("film.mkv").unwrap(),
        on_conflict: OnConflict::KeepBoth,
        content_type: None,
        // Whatever ends it, the same reference goes on.
        client_ref: ClientRef::generate(),
    };
    let mut patience = runs::patience(&mut dice);
    let (mut ended, mut failed, by_clock) = (0, 0, !patience.is_empty());
    let said = || format!("seed {seed} after {:?}", fates.struck());
    let node = loop {
        let (progress, never) = (Progress::new(), CancellationToken::new());
        let uploading = server.stand.engine.upload_file(&server, &file, &progress, &never);
        match carried_out(&fates, patience.pop(), Box::pin(uploading)).await {
            Some(Ok(uploaded)) => {
                assert_eq!(progress.done(), ByteCount(size as u64), "{}", said());
                break uploaded.node;
            }
            Some(Err(error)) => {
                assert!(is_of_the_server(&error), "{}: {error:?}", said());
                failed += 1;
                assert!(failed <= fates.count(is_failed_call), "{}: {error:?}", said());
            }
            None => {}
        }
        ended += 1;
    };
    assert_eq!(node.content.unwrap().size, ByteCount(size as u64), "{}", said());
    let published = locked(&server.stand.published);
    assert_eq!(published.len() - known, 1, "{}", said());
    assert!(published.iter().all(|published| published == bytes), "{}", said());
    assert!(fates.uploads() <= 1 + fates.count(is_damage), "none is given up without need: {}", said());
    let is_undisturbed = ended == 0 && fates.uploads() == 1;
    History { struck: fates.struck(), is_exact: !by_clock && (parts <= 1 || is_undisturbed) }
}

/// Whether this costs an upload.
fn is_damage(ask: Ask, fault: Fault) -> bool {
    match ask {
        Ask::Put { .. } => matches!(fault, Fault::CorruptUp | Fault::Refused | Fault::KeptOther),
        Ask::Complete { .. } => fault == Fault::WrongSum,
        _ => false,
    }
}
