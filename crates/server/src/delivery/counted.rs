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
    counts: bool,
    asked: Instant,
}

/// The bytes, for as long as the link lives. With `counts`, handing on the last of them counts as a
/// download.
pub(super) fn body(server: Arc<Server>, slug: Slug, bytes: ByteStream, counts: bool) -> Body {
    let delivery = Delivery { server, slug, bytes, counts, asked: Instant::now() };
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
        let piece = self.bytes.next().await.transpose()?;
        // Asked for once more after the last piece: that one is on its way.
        if piece.is_none() && self.counts {
            self.counts = false;
            if let Err(error) = self.server.metadata.count_download(&self.slug).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "a download was not counted");
            }
        }
        Ok(piece)
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
