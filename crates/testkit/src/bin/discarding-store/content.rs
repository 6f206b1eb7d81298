//! The bytes that go out.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// Every object is this long a piece, repeated.
pub(crate) const BLOCK_BYTES: usize = 1024 * 1024;

/// The body of an answer: a text, or a stretch of an object.
pub(crate) enum Answer {
    Text(Option<Bytes>),
    Stretch { block: Bytes, at: u64, left: u64 },
}

impl Answer {
    pub(crate) fn text(text: impl Into<Bytes>) -> Self {
        Self::Text(Some(text.into()))
    }

    pub(crate) fn nothing() -> Self {
        Self::Text(None)
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = match &mut *self {
            Self::Text(text) => text.take(),
            Self::Stretch { block, at, left } => next_piece(block, at, left),
        };
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Text(text) => text.is_none(),
            Self::Stretch { left, .. } => *left == 0,
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match self {
            Self::Text(text) => text.as_ref().map_or(0, |text| text.len() as u64),
            Self::Stretch { left, .. } => *left,
        })
    }
}

/// To the end of the block at most; shares its memory.
fn next_piece(block: &Bytes, at: &mut u64, left: &mut u64) -> Option<Bytes> {
    if *left == 0 {
        return None;
    }
    let begin = usize::try_from(*at % block.len() as u64).ok()?;
    let length = usize::try_from(*left).unwrap_or(usize::MAX).min(block.len() - begin);
    (*at, *left) = (*at + length as u64, *left - length as u64);
    Some(block.slice(begin..begin + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_goes_on_at_the_blocks_beginning() {
        let block = Bytes::from_static(b"0123456789");
        let (mut at, mut left) = (27, 15);
        let mut pieces = Vec::new();
        while let Some(piece) = next_piece(&block, &mut at, &mut left) {
            pieces.extend_from_slice(&piece);
        }
        assert_eq!(pieces, b"789012345678901");
    }
}
