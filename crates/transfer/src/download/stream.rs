//! To whatever takes bytes in order.

use bytes::Bytes;
use notespot_protocol::{DownloadRequest, NodeId, Sha256};
use sha2::Digest as _;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio_util::sync::CancellationToken;

use super::fetch::{Lane, Remote, Sink};
use super::or_cancelled;
use crate::{DownloadControl, Engine, Progress, TransferError};

impl Engine {
    /// Writes one file to `to`, in order, and returns when all of it was taken and is what it should
    /// be. `ChecksumMismatch` comes after the bytes: whoever took them has to forget them.
    pub async fn read_file<C: DownloadControl>(
        &self,
        control: &C,
        node: NodeId,
        to: &mut (impl AsyncWrite + Unpin + Send),
        progress: &Progress,
        cancel: &CancellationToken,
    ) -> Result<(), TransferError> {
        or_cancelled(cancel, self.read(control, node, to, progress)).await
    }

    async fn read<C: DownloadControl>(
        &self,
        control: &C,
        node: NodeId,
        to: &mut (impl AsyncWrite + Unpin + Send),
        progress: &Progress,
    ) -> Result<(), TransferError> {
        let plan = control.plan(DownloadRequest { node, version: None }).await?;
        let (size, sha256, name) = (plan.size.get(), plan.sha256, plan.name.to_string());
        let remote = Remote::new(self, control, plan, progress, Lane::Large);
        let mut taking = Taking { to, sha256: sha2::Sha256::new(), trouble: None };
        let memory = self.reserve_stream().await?;
        remote.fetch(0..size, &mut taking).await?;
        drop(memory);
        let flushed = match taking.trouble {
            Some(trouble) => Err(trouble),
            None => taking.to.flush().await,
        };
        flushed.map_err(|error| TransferError::writing(&name, error))?;
        let same = Sha256::from_bytes(taking.sha256.finalize().into()) == sha256;
        if same { Ok(()) } else { Err(remote.report_damage().await) }
    }
}

struct Taking<'a, W> {
    to: &'a mut W,
    sha256: sha2::Sha256,
    trouble: Option<std::io::Error>,
}

impl<W: AsyncWrite + Unpin + Send> Sink for Taking<'_, W> {
    async fn take(&mut self, piece: Bytes) -> bool {
        self.sha256.update(&piece);
        self.trouble = self.to.write_all(&piece).await.err();
        self.trouble.is_none()
    }
}
