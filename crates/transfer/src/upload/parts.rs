//! All parts of one upload, a few at once.

use futures_util::{StreamExt as _, TryStreamExt as _, future, stream};
use notespot_protocol::{PartToSend, PresignedRequest, UploadPlan};
use tokio::sync::mpsc;

use super::hashing::{self, Hashed};
use super::send_part::Route;
use super::source::Source;
use crate::{Engine, Progress, TransferError, UploadControl};

/// Parts that are presigned in one call: few, so that none waits long enough to expire.
const PRESIGNED_AT_ONCE: usize = 8;

/// Sends every part of an open upload, and gives the checksums of the whole. A file that was hashed
/// already goes as one part.
pub(super) async fn send<C: UploadControl>(
    engine: &Engine,
    control: &C,
    plan: UploadPlan,
    source: &Source,
    hashed: Option<Hashed>,
    progress: &Progress,
) -> Result<Hashed, TransferError> {
    let part_bytes = plan.part_bytes.get();
    let route = Route { engine, control, id: plan.id, source, part_bytes, progress };
    match hashed {
        Some(hashed) if plan.part_count == 1 => {
            let part = hashed.as_only_part();
            let announced = plan.requests.into_iter().find(|one| one.number == part.number);
            let request = match announced {
                Some(presigned) => presigned.request,
                None => route.presign_one(part).await?,
            };
            route.send(part, request).await?;
            Ok(hashed)
        }
        _ => send_while_hashing(&route).await,
    }
}

/// Each part goes as soon as it is hashed and one of the places in flight is free.
async fn send_while_hashing<C: UploadControl>(route: &Route<'_, C>) -> Result<Hashed, TransferError> {
    let pass = hashing::begin(route.engine, route.source, route.part_bytes).await?;
    let in_flight = route.engine.settings.parts_in_flight.max(1);
    presigned(route, pass.parts)
        .map_ok(|(part, request)| route.send(part, request))
        .try_buffer_unordered(in_flight)
        .try_for_each(|()| future::ok(()))
        .await?;
    pass.whole.finish().await
}

/// Parts with their requests, made when there is a place for the next one and not before.
fn presigned<'a, C: UploadControl>(
    route: &'a Route<'_, C>,
    parts: mpsc::Receiver<PartToSend>,
) -> impl futures_util::Stream<Item = Result<(PartToSend, PresignedRequest), TransferError>> + 'a {
    stream::try_unfold(parts, move |mut parts| async move {
        let mut next = Vec::with_capacity(PRESIGNED_AT_ONCE);
        if parts.recv_many(&mut next, PRESIGNED_AT_ONCE).await == 0 {
            return Ok::<_, TransferError>(None);
        }
        let pairs = route.presign(&next).await?;
        Ok(Some((stream::iter(pairs).map(Ok), parts)))
    })
    .try_flatten()
}
