//! All parts of one upload, a few at once, and those only that the store does not hold yet.

use std::collections::HashMap;

use futures_util::{StreamExt as _, TryStreamExt as _, future, stream};
use notespot_protocol::{ChecksumAlgorithm, PartToSend, UploadPlan};
use tokio::sync::mpsc;

use super::hashing::{self, Hashed, Known};
use super::send_part::Route;
use super::source::Source;
use crate::progress::TryProgress;
use crate::signed::Signed;
use crate::{Engine, Progress, TransferError, UploadControl};

/// Parts that are presigned in one call: few, so that none waits long enough to expire.
const PRESIGNED_AT_ONCE: usize = 8;

/// Sends every part of an open upload, and gives the checksums of the whole. A file that was hashed already,
/// cut as the plan cuts it and with the checksum that it names, is not read for its checksums again.
pub(super) async fn send<C: UploadControl>(
    engine: &Engine,
    control: &C,
    plan: UploadPlan,
    source: &Source,
    known: Option<Known>,
    progress: &Progress,
) -> Result<Hashed, TransferError> {
    let part_bytes = plan.part_bytes.get();
    let route = Route { engine, control, id: plan.id, source, part_bytes, progress };
    let arrived = if plan.resumed { control.arrived(plan.id).await? } else { Vec::new() };
    let arrived = Arrived { parts: arrived.into_iter().map(|part| (part.number, part)).collect(), progress };
    let fits =
        |known: &Known| known.parts.len() == plan.part_count as usize && known.whole.is_for(plan.checksum);
    let Some(known) = known.filter(fits) else {
        return send_while_hashing(&route, &arrived, plan.checksum).await;
    };
    if plan.part_count > 1 {
        let (tell, parts) = mpsc::channel(known.parts.len());
        for part in known.parts {
            // There is room for all of them.
            let _ = tell.try_send(part);
        }
        drop(tell);
        send_all(&route, &arrived, parts).await?;
        return Ok(known.whole);
    }
    let part = known.whole.as_only_part();
    if !arrived.has(&part) {
        let announced = plan.requests.into_iter().find(|one| one.number == part.number);
        let request = match announced {
            Some(presigned) => Signed::now(presigned.request),
            None => route.presign_one(part).await?,
        };
        route.send(part, request).await?;
    }
    Ok(known.whole)
}

/// Each part goes as soon as it is hashed and one of the places in flight is free.
async fn send_while_hashing<C: UploadControl>(
    route: &Route<'_, C>,
    arrived: &Arrived<'_>,
    checksum: ChecksumAlgorithm,
) -> Result<Hashed, TransferError> {
    let pass = hashing::begin(route.engine, route.source, route.part_bytes, checksum).await?;
    send_all(route, arrived, pass.parts).await?;
    pass.whole.finish().await
}

/// Parts as they come, a few at once.
async fn send_all<C: UploadControl>(
    route: &Route<'_, C>,
    arrived: &Arrived<'_>,
    parts: mpsc::Receiver<PartToSend>,
) -> Result<(), TransferError> {
    let in_flight = route.engine.settings.parts_in_flight.max(1);
    presigned(route, arrived, parts)
        .map_ok(|(part, request)| route.send(part, request))
        .try_buffer_unordered(in_flight)
        .try_for_each(|()| future::ok(()))
        .await
}

/// Parts with their requests, made when there is a place for the next one and not before.
fn presigned<'a, C: UploadControl>(
    route: &'a Route<'_, C>,
    arrived: &'a Arrived<'_>,
    parts: mpsc::Receiver<PartToSend>,
) -> impl futures_util::Stream<Item = Result<(PartToSend, Signed), TransferError>> + 'a {
    stream::try_unfold(parts, move |mut parts| async move {
        let mut next = Vec::with_capacity(PRESIGNED_AT_ONCE);
        if parts.recv_many(&mut next, PRESIGNED_AT_ONCE).await == 0 {
            return Ok::<_, TransferError>(None);
        }
        next.retain(|part| !arrived.has(part));
        let pairs = if next.is_empty() { Vec::new() } else { route.presign(&next).await? };
        Ok(Some((stream::iter(pairs).map(Ok), parts)))
    })
    .try_flatten()
}

/// What the store holds of an upload that goes on. Memory: an entry for each of at most 10,000 parts.
struct Arrived<'a> {
    parts: HashMap<u32, PartToSend>,
    progress: &'a Progress,
}

impl Arrived<'_> {
    /// Whether the store holds exactly these bytes: then they count as done.
    fn has(&self, part: &PartToSend) -> bool {
        let there = self.parts.get(&part.number) == Some(part);
        if there {
            let moved = TryProgress::new(self.progress);
            moved.add(part.size.get());
            moved.keep();
        }
        there
    }
}
