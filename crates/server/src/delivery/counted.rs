//! A body that ends when its link does, and counts when it was delivered.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::try_unfold;
use notespot_metadata::links::OpenedLink;
use notespot_objects::ByteStream;
use notespot_protocol::Slug;

use crate::state::Server;

/// How long a link that was ended may still deliver.
const ASK_EVERY: Duration = Duration::from_secs(1);

struct Delivery {
    server: Arc<Server>,
    slug: Slug,
    bytes: ByteStream,
    /// How many bytes were not handed on yet.
    left: u64,
    counts: bool,
    asked: Instant,
}

/// The `length` bytes, for as long as the link lives. With `counts`, handing on the last of them
/// counts as a download.
pub(super) async fn body(
    server: Arc<Server>,
    slug: Slug,
    bytes: ByteStream,
    length: u64,
    counts: bool,
) -> Body {
    let mut delivery = Delivery { server, slug, bytes, left: length, counts, asked: Instant::now() };
    if length == 0 {
        // A body without bytes is never asked for any.
        delivery.count().await;
    }
    Body::from_stream(try_unfold(delivery, |mut delivery| async move {
        let piece = delivery.next_piece().await?;
        Ok::<_, io::Error>(piece.map(|piece| (piece, delivery)))
    }))
}

impl Delivery {
    async fn next_piece(&mut self) -> io::Result<Option<Bytes>> {
        if self.asked.elapsed() >= ASK_EVERY {
            self.require_living_link().await?;
        }
        let Some(piece) = self.bytes.next().await.transpose()? else { return Ok(None) };
        self.left = self.left.saturating_sub(piece.len() as u64);
        self.server.metrics.delivered_bytes.inc_by(piece.len() as u64);
        // Now and not at the stream's end: a connection that knows the length does not ask for more
        // once it has all of it.
        if self.left == 0 {
            self.count().await;
        }
        Ok(Some(piece))
    }

    async fn count(&mut self) {
        if !std::mem::take(&mut self.counts) {
            return;
        }
        if let Err(error) = self.server.metadata.count_download(&self.slug).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "a download was not counted");
        }
    }

    async fn require_living_link(&mut self) -> io::Result<()> {
        self.asked = Instant::now();
        match self.server.metadata.open_link(&self.slug).await {
            Ok(OpenedLink::File { .. }) => Ok(()),
            Ok(OpenedLink::Ended) => {
                Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the link was ended"))
            }
            Err(error) => Err(io::Error::other(error)),
        }
    }
}
