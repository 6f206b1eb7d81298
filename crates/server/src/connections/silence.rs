//! How long a client may keep a connection without doing anything with it.
//!
//! A connection is silent while nothing of it waits for this server: no handler works, and none of its bodies has
//! something to come from here. Then it is the client's turn: to send the head of a request, a piece of a body, or to
//! take a piece of an answer. A turn counts when it is done, and not for each byte: whoever sends a head byte by byte is as
//! silent as who sends nothing. It is the same for both protocols, and before it is known which is spoken.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use http::{Request, Response};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::time::Instant;

/// How long a client may take for its turn.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    /// For the head of a request: the first, and between two.
    pub(crate) head: Duration,
    /// For a piece of a body, either way.
    pub(crate) piece: Duration,
}

impl Patience {
    /// A head may take longer than load balancers keep silent connections (60 s): one that closes first, just when a
    /// request comes, makes them answer 502. A piece may take as long as a buffer of some megabytes lasts a client that
    /// takes ten kilobytes a second.
    pub(crate) const USUAL: Self = Self { head: Duration::from_secs(75), piece: Duration::from_mins(5) };
}

/// What one connection waits for.
pub(super) struct Silence(Mutex<State>);

struct State {
    /// Requests whose answers have not ended.
    requests: usize,
    /// Handlers at work and answers of which more is to come from here, less those of them that wait for the client.
    /// Below zero for a moment where an answer ends before its request's body.
    at_work: isize,
    /// What was answered waits for the client to take some of it.
    is_taking: bool,
    /// When a turn was last done.
    since: Instant,
}

impl Silence {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(State { requests: 0, at_work: 0, is_taking: false, since: Instant::now() })))
    }

    /// When to look again; `None` where the client has had its time.
    pub(super) fn allowed_until(&self, patience: Patience) -> Option<Instant> {
        let state = self.state();
        let now = Instant::now();
        if state.at_work > 0 {
            // Often enough for what is a bound and not a promise.
            return Some(now + patience.head / 4);
        }
        let is_in_a_body = state.requests > 0 || state.is_taking;
        let turn = if is_in_a_body { patience.piece } else { patience.head };
        Some(state.since + turn).filter(|until| *until > now)
    }

    /// The socket has taken some, or takes no more until the client has. Where it takes all at once, nothing is said: a
    /// ping, which nobody asked for, is no turn of the client's.
    pub(super) fn is_taking(&self, is: bool) {
        let mut state = self.state();
        if state.is_taking != is {
            state.is_taking = is;
            state.since = Instant::now();
        }
    }

    fn change(&self, requests: isize, at_work: isize) {
        let mut state = self.state();
        state.requests = state.requests.saturating_add_signed(requests);
        state.at_work += at_work;
        state.since = Instant::now();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A head has arrived.
pub(super) fn begin(silence: &Arc<Silence>, request: Request<Incoming>) -> (Request<Body>, UnderWay) {
    silence.change(1, 1);
    let under_way = UnderWay { silence: Arc::clone(silence), is_at_work: true };
    let arriving = |body| Body::new(Arriving { body, silence: Arc::clone(silence), is_awaited: false });
    (request.map(arriving), under_way)
}

/// A request, from its head to the end of its answer, however that ends.
pub(super) struct UnderWay {
    silence: Arc<Silence>,
    /// It waits for this server.
    is_at_work: bool,
}

impl UnderWay {
    /// The handler is done; what it answers is now to be taken.
    pub(super) fn answered(mut self, response: Response<Body>) -> Response<Leaving> {
        self.is_at_work(false);
        response.map(|body| Leaving { body, under_way: self })
    }

    fn is_at_work(&mut self, is: bool) {
        if is != self.is_at_work {
            self.is_at_work = is;
            self.silence.change(0, if is { 1 } else { -1 });
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.is_at_work(false);
        self.silence.change(-1, 0);
    }
}

/// The body of an answer: asked for more once what it gave was taken.
pub(super) struct Leaving {
    body: Body,
    under_way: UnderWay,
}

impl hyper::body::Body for Leaving {
    type Data = bytes::Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        // That it is asked says that what it gave before was taken.
        self.under_way.is_at_work(true);
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if polled.is_ready() {
            self.under_way.is_at_work(false);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of a request, for which a handler may wait.
struct Arriving {
    body: Incoming,
    silence: Arc<Silence>,
    is_awaited: bool,
}

impl Arriving {
    fn is_awaited(&mut self, is: bool) {
        if is != self.is_awaited {
            self.is_awaited = is;
            self.silence.change(0, if is { -1 } else { 1 });
        }
    }
}

impl hyper::body::Body for Arriving {
    type Data = bytes::Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        self.is_awaited(polled.is_pending());
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        self.is_awaited(false);
    }
}
