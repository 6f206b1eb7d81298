//! A network by function call, which fails as it is drawn.

use std::io;
use std::sync::Mutex;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt as _, Stream, StreamExt as _, stream};
use notespot_transfer::{Wire, WireError};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use reqwest::{Request, Response};
use tower::ServiceExt as _;

use crate::it::store::locked;

/// What becomes of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Delay,
    /// The connection breaks before anything is sent.
    ResetBefore,
    /// It breaks after some of the body.
    ResetUp,
    /// It falls silent after some of the body.
    StallUp,
    /// The store has done it, and its answer is lost.
    AnswerLost,
    /// The store gets it twice.
    Twice,
    /// A bit of the body turns over.
    CorruptUp,
    Status(u16),
    /// The answer ends too early, in order.
    Truncated,
    /// The connection breaks in the middle of the answer.
    ResetDown,
    /// It falls silent in the middle of the answer.
    StallDown,
    /// A bit of the answer turns over.
    CorruptDown,
}

const FAULTS: [Fault; 16] = [
    Fault::Delay,
    Fault::ResetBefore,
    Fault::ResetUp,
    Fault::ResetUp,
    Fault::StallUp,
    Fault::AnswerLost,
    Fault::Twice,
    Fault::CorruptUp,
    Fault::Status(500),
    Fault::Status(503),
    Fault::Status(429),
    Fault::Status(403),
    Fault::Truncated,
    Fault::ResetDown,
    Fault::StallDown,
    Fault::CorruptDown,
];

/// Damage that reaches the store is refused by it, and the file is taken up afresh: a few times.
const CORRUPT_UP_MAX: usize = 2;
/// A request that is refused is presigned again: a few times.
const FORBIDDEN_MAX: usize = 2;

#[derive(Debug)]
pub(super) struct Simulated {
    router: Router,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    dice: StdRng,
    armed: usize,
    struck: Vec<Fault>,
}

fn broken() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

impl Simulated {
    pub(super) fn new(router: Router, seed: u64) -> Self {
        let dice = StdRng::seed_from_u64(!seed);
        Self { router, state: Mutex::new(State { dice, armed: 0, struck: Vec::new() }) }
    }

    /// So many of the next requests fail.
    pub(super) fn arm(&self, faults: usize) {
        locked(&self.state).armed = faults;
    }

    pub(super) fn struck(&self) -> Vec<Fault> {
        locked(&self.state).struck.clone()
    }

    /// What becomes of the next request, and where in it.
    fn draw(&self) -> (Option<Fault>, usize) {
        let mut state = locked(&self.state);
        let at = state.dice.random_range(0..400_000);
        if state.armed == 0 || state.dice.random_bool(0.3) {
            return (None, at);
        }
        state.armed -= 1;
        let fault = *FAULTS.choose(&mut state.dice).unwrap();
        let so_far = state.struck.iter().filter(|one| **one == fault).count();
        if (fault == Fault::CorruptUp && so_far == CORRUPT_UP_MAX)
            || (fault == Fault::Status(403) && so_far == FORBIDDEN_MAX)
        {
            return (None, at);
        }
        state.struck.push(fault);
        (Some(fault), at)
    }

    async fn carry(&self, request: Request) -> Result<Response, WireError> {
        let (fault, at) = self.draw();
        let request = http::Request::try_from(request)?;
        let (head, body) = request.into_parts();
        let body = Body::new(body).into_data_stream().map(|piece| piece.map_err(io::Error::other)).boxed();
        let body: BoxStream<'static, io::Result<Bytes>> = match fault {
            Some(Fault::ResetBefore) => return Err(broken().into()),
            Some(Fault::Delay) => {
                tokio::time::sleep(Duration::from_millis(20)).await;
                body
            }
            Some(Fault::Status(status)) => {
                let answer = http::Response::builder().status(status).body("<Code>No</Code>")?;
                return Ok(answer.into());
            }
            Some(Fault::ResetUp) => until(body, at, Ending::Break).boxed(),
            Some(Fault::StallUp) => until(body, at, Ending::Silence).boxed(),
            Some(Fault::CorruptUp) => turned(body, at).boxed(),
            Some(Fault::Twice) => {
                let whole = axum::body::to_bytes(Body::from_stream(body), usize::MAX).await?;
                let first = http::Request::from_parts(head.clone(), Body::from(whole.clone()));
                self.router.clone().oneshot(first).await?;
                stream::iter([Ok(whole)]).boxed()
            }
            _ => body,
        };
        let answer = self.router.clone().oneshot(http::Request::from_parts(head, Body::from_stream(body)));
        let (head, body) = answer.await?.into_parts();
        let body = body.into_data_stream().map(|piece| piece.map_err(io::Error::other)).boxed();
        // A body that broke was never answered.
        let body: BoxStream<'static, io::Result<Bytes>> = match fault {
            Some(Fault::ResetUp | Fault::AnswerLost) => return Err(broken().into()),
            Some(Fault::Truncated) => until(body, at, Ending::Order).boxed(),
            Some(Fault::ResetDown) => until(body, at, Ending::Break).boxed(),
            Some(Fault::StallDown) => until(body, at, Ending::Silence).boxed(),
            Some(Fault::CorruptDown) => turned(body, at).boxed(),
            _ => body,
        };
        Ok(http::Response::from_parts(head, reqwest::Body::wrap_stream(body)).into())
    }
}

impl Wire for Simulated {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, WireError>> {
        self.carry(request).boxed()
    }
}

#[derive(Clone, Copy)]
enum Ending {
    Order,
    Break,
    Silence,
}

/// The first `at` bytes, and then an end.
fn until(
    body: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    at: usize,
    ending: Ending,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let mut left = at;
    let cut = body.boxed().scan((), move |(), piece| {
        let piece = piece.map(|mut piece| {
            piece.truncate(left);
            left -= piece.len();
            piece
        });
        let goes_on = left > 0 || piece.as_ref().is_ok_and(|piece| !piece.is_empty());
        std::future::ready(goes_on.then_some(piece))
    });
    let end: BoxStream<'static, io::Result<Bytes>> = match ending {
        Ending::Order => stream::empty().boxed(),
        Ending::Break => stream::iter([Err(broken())]).boxed(),
        Ending::Silence => stream::pending().boxed(),
    };
    cut.chain(end)
}

/// All of it, with a bit turned over at `at`, where there is one.
fn turned(
    body: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    at: usize,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let mut passed = 0;
    body.map(move |piece| {
        piece.map(|piece| {
            let here = at.checked_sub(passed).filter(|here| *here < piece.len());
            passed += piece.len();
            match here {
                Some(here) => {
                    let mut piece = piece.to_vec();
                    piece[here] ^= 1;
                    piece.into()
                }
                None => piece,
            }
        })
    })
}
