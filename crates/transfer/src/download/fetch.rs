//! All bytes of one file, however often the connection drops.

use notespot_protocol::{DownloadPlan, DownloadRequest, PresignedRequest};
use reqwest::header::{CONTENT_RANGE, RANGE};
use reqwest::{Response, StatusCode};
use tokio::time::timeout;

use super::writer::{Arrived, Writer};
use crate::retry::Retry;
use crate::store_answer::Miss;
use crate::{DownloadControl, Engine, Progress, TransferError};

/// How often in a row a fresh request is asked for because the store did not accept the last one.
const FRESH_MAX: u32 = 3;

/// Fetches everything into the writer; resumes where it was after a dropped connection.
pub(super) async fn all<C: DownloadControl>(
    engine: &Engine,
    control: &C,
    mut plan: DownloadPlan,
    writer: Writer,
    progress: &Progress,
) -> Result<Arrived, TransferError> {
    let mut fetch =
        Fetch { engine, writer, progress, size: plan.size.get(), at: 0, name: plan.name.to_string() };
    let mut retry = Retry::new(&engine.settings);
    let mut fresh = 0;
    while fetch.at < fetch.size {
        let before = fetch.at;
        let result = fetch.go_on(&plan.request).await;
        if fetch.at > before {
            retry.moved();
            fresh = 0;
        }
        match result {
            Ok(Moved::On) => {}
            // The thread that writes says why when it is asked.
            Ok(Moved::DiskRefused) => break,
            Err(Miss::Final(error)) => return Err(error),
            Err(Miss::OtherBytes) => return Err(fetch.damaged()),
            Err(Miss::NotAccepted(error)) => {
                if fresh == FRESH_MAX {
                    return Err(error);
                }
                fresh += 1;
                // Halves of two versions would be neither.
                let same = DownloadRequest { node: plan.node, version: Some(plan.version) };
                plan.request = control.plan(same).await?.request;
            }
            Err(Miss::Passing { wish, error }) => {
                let Some(pause) = retry.next_pause(wish) else { return Err(error) };
                let pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
                tracing::info!(node = %plan.node, at = fetch.at, pause_ms, %error, "a download goes on");
                tokio::time::sleep(pause).await;
            }
        }
    }
    fetch.writer.finish().await
}

struct Fetch<'a> {
    engine: &'a Engine,
    writer: Writer,
    progress: &'a Progress,
    size: u64,
    /// Bytes that the writer has.
    at: u64,
    name: String,
}

enum Moved {
    On,
    DiskRefused,
}

impl Fetch<'_> {
    /// One request, from where the last one ended.
    async fn go_on(&mut self, presigned: &PresignedRequest) -> Result<Moved, Miss> {
        let mut request = self.engine.request(presigned).map_err(Miss::Final)?;
        if self.at > 0 {
            request = request.header(RANGE, format!("bytes={}-", self.at));
        }
        let _held = self.engine.enter_large().await.map_err(Miss::Final)?;
        let wait = self.engine.settings.stall_timeout;
        let answer = timeout(wait, request.send()).await.map_err(|_| Miss::silence())?;
        let mut answer = answer.map_err(Miss::network)?;
        let mut to_skip = match answer.status() {
            // A store that does not know ranges sends all of it again.
            StatusCode::OK => self.at,
            StatusCode::PARTIAL_CONTENT if begins_at(&answer, self.at) => 0,
            status if status.is_success() => return Err(Miss::OtherBytes),
            _ => return timeout(wait, Miss::read(answer)).await.map_or(Err(Miss::silence()), Err),
        };
        loop {
            let piece = timeout(wait, answer.chunk()).await.map_err(|_| Miss::silence())?;
            let Some(mut piece) = piece.map_err(Miss::network)? else { break };
            let skipped = usize::try_from(to_skip).unwrap_or(usize::MAX).min(piece.len());
            to_skip -= skipped as u64;
            let piece = piece.split_off(skipped);
            let length = piece.len() as u64;
            if self.at + length > self.size {
                return Err(Miss::OtherBytes);
            }
            if !self.writer.write(piece).await {
                return Ok(Moved::DiskRefused);
            }
            self.at += length;
            self.progress.add(length);
        }
        // Ended in order, and too early: as good as a dropped connection.
        if self.at < self.size { Err(Miss::silence()) } else { Ok(Moved::On) }
    }

    fn damaged(&self) -> TransferError {
        TransferError::ChecksumMismatch { name: self.name.clone() }
    }
}

/// Whether a partial answer begins where it was asked to (RFC 9110 §14.4).
fn begins_at(answer: &Response, at: u64) -> bool {
    let range = answer.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
    let first = range.and_then(|range| range.strip_prefix("bytes ")?.split('-').next()?.parse::<u64>().ok());
    first == Some(at)
}
