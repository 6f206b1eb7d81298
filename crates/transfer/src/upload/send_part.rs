//! One part, until the store has it.

use notespot_protocol::{PartToSend, PresignedRequest, UploadId};
use reqwest::header::CONTENT_LENGTH;
use reqwest::header::HeaderValue;
use reqwest::{Body, Request};
use tokio::time::timeout;

use super::part_body;
use super::source::Source;
use crate::engine::Held;
use crate::progress::TryProgress;
use crate::retry::Retry;
use crate::signed::Signed;
use crate::store_answer::Miss;
use crate::{Engine, Progress, Settings, TransferError, UploadControl, engine};

/// From this try on, each has a fresh request: some stores hang up on an expired one unheard.
const FRESH_FROM_TRY: u32 = 3;

/// Up to this size, content goes at once, unless there is a limit.
const AT_ONCE_MAX: usize = 64 * 1024;

/// Where the parts of one upload come from and go to.
pub(super) struct Route<'a, C> {
    pub(super) engine: &'a Engine,
    pub(super) control: &'a C,
    pub(super) id: UploadId,
    pub(super) source: &'a Source,
    pub(super) part_bytes: u64,
    pub(super) progress: &'a Progress,
}

impl<C: UploadControl> Route<'_, C> {
    /// Sends one part; returns when the store has verified it.
    pub(super) async fn send(&self, part: PartToSend, mut request: Signed) -> Result<(), TransferError> {
        let mut retry = Retry::new(&self.engine.settings, &self.engine.retries);
        // Whether the request was just made because the store had not accepted the one before.
        let mut is_fresh = false;
        let mut tried = 0;
        loop {
            tried += 1;
            let held = self.enter().await?;
            if request.is_old() {
                request = self.presign_one(part).await?;
            }
            match self.put(part, &request.request, held).await {
                Ok(()) => return Ok(()),
                Err(Miss::Final(error)) => return Err(error),
                Err(Miss::OtherBytes) => return Err(self.source.changed()),
                Err(Miss::NotAccepted(error)) => {
                    if is_fresh {
                        return Err(error);
                    }
                    is_fresh = true;
                    request = self.presign_one(part).await?;
                }
                Err(Miss::Passing(error)) => {
                    let Some(pause) = retry.next_pause(&error) else { return Err(error) };
                    let pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
                    tracing::info!(upload = %self.id, part = part.number, pause_ms, %error, "a part is sent again");
                    tokio::time::sleep(pause).await;
                    is_fresh = false;
                    if tried >= FRESH_FROM_TRY {
                        request = self.presign_one(part).await?;
                    }
                }
            }
        }
    }

    /// Waits for a place, and for memory where this needs some.
    async fn enter(&self) -> Result<Held, TransferError> {
        match self.source.in_memory() {
            Some(_) => self.engine.enter_small().await,
            None => self.engine.enter_large().await,
        }
    }

    async fn put(&self, part: PartToSend, presigned: &PresignedRequest, held: Held) -> Result<(), Miss> {
        let mut request = engine::request(presigned).map_err(Miss::Final)?;
        request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(part.size.get()));
        let result = match self.source.in_memory() {
            Some((bytes, _)) if bytes.len() <= AT_ONCE_MAX && !self.engine.up.is_limited() => {
                *request.body_mut() = Some(bytes.clone().into());
                self.put_at_once(request, part).await
            }
            _ => self.put_watched(request, part).await,
        };
        match &result {
            Ok(()) => {
                self.engine.retries.succeeded();
                held.place.went_well(part.size.get());
            }
            Err(Miss::Passing(_)) => held.place.struggled(),
            Err(_) => {}
        }
        result
    }

    /// A few bytes, from memory: too few for their way to be watched.
    async fn put_at_once(&self, request: Request, part: PartToSend) -> Result<(), Miss> {
        let Settings { stall_timeout, answer_timeout, .. } = *self.engine.settings;
        timeout(stall_timeout + answer_timeout, self.exchange(request))
            .await
            .map_err(|_| Miss::silence())??;
        let moved = TryProgress::new(self.progress);
        moved.add(part.size.get());
        moved.keep();
        Ok(())
    }

    async fn put_watched(&self, mut request: Request, part: PartToSend) -> Result<(), Miss> {
        let offset = u64::from(part.number - 1) * self.part_bytes;
        let (body, watch) = part_body::open(self.engine, self.source, offset, part.size.get(), self.progress);
        *request.body_mut() = Some(Body::wrap_stream(body));
        let result = tokio::select! {
            result = self.exchange(request) => result,
            () = watch.silence(self.engine) => Err(Miss::silence()),
        };
        match (result, watch.trouble()) {
            (Ok(()), _) => {
                watch.arrived();
                Ok(())
            }
            (Err(_), Some(trouble)) => Err(Miss::Final(trouble)),
            (Err(miss), None) => Err(miss),
        }
    }

    /// Presigns these parts, and gives them back with their requests.
    pub(super) async fn presign(
        &self,
        parts: &[PartToSend],
    ) -> Result<Vec<(PartToSend, Signed)>, TransferError> {
        let mut presigned = self.control.presign(self.id, parts.to_vec()).await?;
        let mut pairs = Vec::with_capacity(parts.len());
        for part in parts {
            let at = presigned.iter().position(|one| one.number == part.number);
            // A server that leaves one out: nothing that the object store could be asked.
            let at = at.ok_or(TransferError::StoreRefused { status: 0, code: None })?;
            pairs.push((*part, Signed::now(presigned.swap_remove(at).request)));
        }
        Ok(pairs)
    }

    pub(super) async fn presign_one(&self, part: PartToSend) -> Result<Signed, TransferError> {
        let pairs = self.presign(&[part]).await?;
        let (_, request) =
            pairs.into_iter().next().ok_or(TransferError::StoreRefused { status: 0, code: None })?;
        Ok(request)
    }

    async fn exchange(&self, request: Request) -> Result<(), Miss> {
        let answer = self.engine.wires.for_content(0).send(request).await.map_err(Miss::network)?;
        let answer = Miss::unless_page(answer)?;
        if answer.status().is_success() { Ok(()) } else { Err(Miss::read(answer).await) }
    }
}
