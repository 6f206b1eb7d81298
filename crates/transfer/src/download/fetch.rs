//! A range of one file, however often the connection drops.

use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use notespot_protocol::{DamagedContent, DownloadPlan, DownloadRequest, PresignedRequest, Sha256};
use reqwest::header::{CONTENT_RANGE, HeaderValue, RANGE};
use reqwest::{Request, Response, StatusCode};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::engine;
use crate::places::Place;
use crate::retry::Retry;
use crate::signed::Signed;
use crate::store_answer::Miss;
use crate::{DownloadControl, Engine, Progress, TransferError};

/// How long a download that failed waits for the server to hear why.
const REPORT_TIME: Duration = Duration::from_secs(5);

/// Takes the bytes of a range, in order.
pub(super) trait Sink {
    /// Takes the next piece; waits while it has no room. False ends the range: the sink says why.
    fn take(&mut self, piece: Bytes) -> impl Future<Output = bool> + Send;
}

/// Which requests a range is one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    Small,
    Large,
}

/// The content of one version, at the object store.
pub(super) struct Remote<'a, C> {
    engine: &'a Engine,
    control: &'a C,
    pub(super) plan: DownloadPlan,
    progress: &'a Progress,
    lane: Lane,
    request: Mutex<Current>,
}

/// About content that came whole, and is not what was announced.
#[derive(Default)]
pub(super) struct Doubt {
    came: Option<Sha256>,
}

impl Doubt {
    /// Returns when it is worth fetching once more: the way may have damaged it, which TCP's own checksum does
    /// not always notice. The same again comes from the store so, and something else again from a way that
    /// is no good.
    pub(super) async fn try_again<C: DownloadControl>(
        &mut self,
        remote: &Remote<'_, C>,
        came: Sha256,
    ) -> Result<(), TransferError> {
        match self.came.replace(came) {
            None => Ok(()),
            Some(before) if before == came => Err(remote.report_damage().await),
            Some(_) => Err(remote.damaged()),
        }
    }
}

/// The presigned request that all ranges use, and how many there were before it.
#[derive(Clone)]
struct Current {
    generation: u32,
    signed: Signed,
}

impl<'a, C: DownloadControl> Remote<'a, C> {
    pub(super) fn new(
        engine: &'a Engine,
        control: &'a C,
        plan: DownloadPlan,
        progress: &'a Progress,
        lane: Lane,
    ) -> Self {
        let request = Mutex::new(Current { generation: 0, signed: Signed::now(plan.request.clone()) });
        Self { engine, control, plan, progress, lane, request }
    }

    /// Fetches a range into the sink, in memory that its caller has reserved; resumes where it was after a
    /// dropped connection.
    pub(super) async fn fetch(
        &self,
        range: Range<u64>,
        sink: &mut (impl Sink + Send),
    ) -> Result<(), TransferError> {
        let mut at = range.start;
        let mut retry = Retry::new(&self.engine.settings, &self.engine.retries);
        // Whether the request was just made because the store had not accepted the one before.
        let mut is_fresh = false;
        while at < range.end {
            let before = at;
            let place = self.enter().await?;
            let current = self.current().await?;
            let result = self.go_on(&current.signed.request, place, &mut at, range.end, sink).await;
            if at > before {
                retry.moved();
                is_fresh = false;
            }
            match result {
                Ok(Moved::On) => {}
                Ok(Moved::SinkIsFull) => return Ok(()),
                Err(Miss::Final(error)) => return Err(error),
                Err(Miss::OtherBytes) => return Err(self.damaged()),
                Err(Miss::NotAccepted(error)) => {
                    if is_fresh {
                        return Err(error);
                    }
                    is_fresh = true;
                    self.renew(current.generation).await?;
                }
                Err(Miss::Passing(error)) => {
                    let Some(pause) = retry.next_pause(&error) else { return Err(error) };
                    let pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
                    tracing::info!(node = %self.plan.node, at, pause_ms, %error, "a download goes on");
                    tokio::time::sleep(pause).await;
                    is_fresh = false;
                }
            }
        }
        Ok(())
    }

    /// What was announced is not what came.
    pub(super) fn damaged(&self) -> TransferError {
        TransferError::ChecksumMismatch { name: self.plan.name.to_string() }
    }

    /// The store's content is not what was announced: the server is told, so that nothing else relies on it.
    pub(super) async fn report_damage(&self) -> TransferError {
        let damaged = DamagedContent { node: self.plan.node, version: self.plan.version };
        let told = timeout(REPORT_TIME, self.control.report_damaged(damaged)).await;
        if !matches!(told, Ok(Ok(()))) {
            tracing::warn!(node = %self.plan.node, "the server could not be told that a file is damaged");
        }
        self.damaged()
    }

    /// The request as it is to be sent now.
    async fn current(&self) -> Result<Current, TransferError> {
        let current = self.request.lock().await.clone();
        if current.signed.is_old() {
            self.renew(current.generation).await?;
            return Ok(self.request.lock().await.clone());
        }
        Ok(current)
    }

    /// Has the request replaced, once for all ranges that were refused with it.
    async fn renew(&self, refused: u32) -> Result<(), TransferError> {
        let mut current = self.request.lock().await;
        if current.generation == refused {
            // Halves of two versions would be neither.
            let same = DownloadRequest { node: self.plan.node, version: Some(self.plan.version) };
            current.signed = Signed::now(self.control.plan(same).await?.request);
            current.generation += 1;
        }
        Ok(())
    }

    async fn enter(&self) -> Result<Place, TransferError> {
        match self.lane {
            Lane::Small => self.engine.small.enter().await,
            Lane::Large => self.engine.large.enter().await,
        }
    }

    /// One request, from where the last one ended.
    async fn go_on(
        &self,
        presigned: &PresignedRequest,
        place: Place,
        at: &mut u64,
        end: u64,
        sink: &mut (impl Sink + Send),
    ) -> Result<Moved, Miss> {
        let mut request = engine::request(presigned).map_err(Miss::Final)?;
        let is_whole = *at == 0 && end == self.plan.size.get();
        if !is_whole {
            let range = format!("bytes={at}-{}", end - 1);
            request.headers_mut().insert(RANGE, HeaderValue::try_from(range).map_err(|_| Miss::OtherBytes)?);
        }
        let before = *at;
        let result = self.exchange(request, is_whole, at, end, sink).await;
        match &result {
            Ok(_) => {
                self.engine.retries.succeeded();
                place.went_well(*at - before);
            }
            Err(Miss::Passing(_)) => place.struggled(),
            Err(_) => {}
        }
        result
    }

    async fn exchange(
        &self,
        request: Request,
        is_whole: bool,
        at: &mut u64,
        end: u64,
        sink: &mut (impl Sink + Send),
    ) -> Result<Moved, Miss> {
        let wait = self.engine.settings.stall_timeout;
        let answer = timeout(wait, self.engine.wires.for_content(end - *at).send(request))
            .await
            .map_err(|_| Miss::silence())?;
        let mut answer = Miss::unless_page(answer.map_err(Miss::network)?)?;
        let mut to_skip = match answer.status() {
            // A store that does not know ranges sends all of it again.
            StatusCode::OK => *at,
            StatusCode::PARTIAL_CONTENT if begins_at(&answer, *at) => 0,
            status if status.is_success() => return Err(Miss::OtherBytes),
            _ => return timeout(wait, Miss::read(answer)).await.map_or(Err(Miss::silence()), Err),
        };
        let is_exact = is_whole || answer.status() == StatusCode::PARTIAL_CONTENT;
        let mut floor = Floor::new(self.engine);
        while *at < end || is_exact {
            let Some(mut piece) = floor.watch(answer.chunk()).await? else { break };
            let skipped = usize::try_from(to_skip).unwrap_or(usize::MAX).min(piece.len());
            to_skip -= skipped as u64;
            let mut piece = piece.split_off(skipped);
            let left = usize::try_from(end - *at).unwrap_or(usize::MAX);
            if piece.len() > left && is_exact {
                return Err(Miss::OtherBytes);
            }
            piece.truncate(left);
            let length = piece.len() as u64;
            self.engine.down.pass(length).await;
            if !sink.take(piece).await {
                return Ok(Moved::SinkIsFull);
            }
            *at += length;
            self.progress.add_kept(length);
        }
        // Ended in order, and too early: as good as a dropped connection.
        if *at < end { Err(Miss::silence()) } else { Ok(Moved::On) }
    }
}

/// Notices a connection that is open and moves next to nothing. Counts the time that the network takes,
/// not the disk's.
struct Floor {
    window: Duration,
    least: u64,
    waited: Duration,
    moved: u64,
}

impl Floor {
    fn new(engine: &Engine) -> Self {
        let settings = &engine.settings;
        Self { window: settings.stall_timeout, least: engine.least_moved(), waited: Duration::ZERO, moved: 0 }
    }

    /// The next piece of an answer; `None` at its end.
    async fn watch(
        &mut self,
        piece: impl Future<Output = reqwest::Result<Option<Bytes>>>,
    ) -> Result<Option<Bytes>, Miss> {
        let begun = Instant::now();
        let piece = timeout(self.window, piece).await.map_err(|_| Miss::silence())?;
        let piece = piece.map_err(Miss::broken_off)?;
        self.waited += begun.elapsed();
        self.moved += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        if self.waited >= self.window {
            if self.moved < self.least {
                return Err(Miss::silence());
            }
            (self.waited, self.moved) = (Duration::ZERO, 0);
        }
        Ok(piece)
    }
}

enum Moved {
    On,
    SinkIsFull,
}

/// Whether a partial answer begins where it was asked to (RFC 9110 §14.4).
fn begins_at(answer: &Response, at: u64) -> bool {
    let range = answer.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
    let first = range.and_then(|range| range.strip_prefix("bytes ")?.split('-').next()?.parse::<u64>().ok());
    first == Some(at)
}
