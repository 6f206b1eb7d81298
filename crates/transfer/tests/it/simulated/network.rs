//! The way to the store, by function call, and a store that cannot be trusted.

use std::sync::Arc;
use std::{fmt, io};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::{self, HeaderMap, HeaderValue, Method};
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use notespot_transfer::{Wire, WireError};
use reqwest::{Request, Response};
use tower::ServiceExt as _;

use super::fates::{Fates, Strike};
use super::faults::{Ask, Fault};
use crate::it::store::{Store, locked};

/// Nothing that is sent here has this CRC-64/NVME.
const OTHER_SUM: HeaderValue = HeaderValue::from_static("AAAAAAAAAAE=");

type Pieces = BoxStream<'static, io::Result<Bytes>>;

/// Carries requests as they are fated.
pub(super) struct Network {
    store: Arc<Store>,
    router: Router,
    fates: Arc<Fates>,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").field("fates", &self.fates).finish_non_exhaustive()
    }
}

fn broken() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

fn answer(status: u16, body: &'static str) -> Result<Response, WireError> {
    Ok(http::Response::builder().status(status).body(body)?.into())
}

fn pieces(body: Body) -> Pieces {
    body.into_data_stream().map(|piece| piece.map_err(io::Error::other)).boxed()
}

fn length(headers: &HeaderMap) -> usize {
    headers.get("content-length").map_or(0, |length| length.to_str().unwrap().parse().unwrap())
}

impl Network {
    pub(super) fn new(store: Arc<Store>, fates: Arc<Fates>) -> Self {
        Self { router: store.router(), store, fates }
    }

    fn ask(&self, head: &http::request::Parts) -> Ask {
        if head.method == Method::GET {
            let range = head.headers.get("range").map(|range| range.to_str().unwrap());
            let end = range.map(|range| range.rsplit_once('-').unwrap().1.parse().unwrap());
            return Ask::Get { end };
        }
        let (upload, part) = head.uri.path().trim_start_matches('/').split_once('.').unwrap();
        Ask::Put { upload: self.fates.upload(upload), part: part.parse().unwrap() }
    }

    async fn carry(&self, request: Request) -> Result<Response, WireError> {
        let (head, body) = http::Request::try_from(request)?.into_parts();
        let length = length(&head.headers);
        let ask = self.ask(&head);
        let strike = self.fates.of(ask, length > 0);
        match strike.fault() {
            Some(Fault::ResetBefore) => {
                strike.happened();
                return Err(broken().into());
            }
            Some(Fault::Status(status)) => {
                strike.happened();
                return answer(status, "<Error><Code>No</Code></Error>");
            }
            Some(Fault::Delay) => strike.delay().await,
            _ => {}
        }
        let path = head.uri.path().to_owned();
        let body = on_the_way_up(pieces(Body::new(body)), strike.place(length), &strike);
        let answer = self.at_the_store(head, body, &strike).await?;
        if answer.status().is_success() && strike.fault() == Some(Fault::KeptOther) {
            self.damage(path.trim_start_matches('/'), &strike);
        }
        self.answer(answer, &strike).await
    }

    async fn at_the_store(
        &self,
        head: http::request::Parts,
        body: Pieces,
        strike: &Strike,
    ) -> Result<http::Response<Body>, WireError> {
        let mut body = Body::from_stream(body);
        if strike.fault() == Some(Fault::Twice) {
            let whole = axum::body::to_bytes(body, usize::MAX).await?;
            let first = http::Request::from_parts(head.clone(), Body::from(whole.clone()));
            self.router.clone().oneshot(first).await?;
            strike.happened();
            body = whole.into();
        }
        Ok(self.router.clone().oneshot(http::Request::from_parts(head, body)).await?)
    }

    /// A bit of what the store has kept turns over.
    fn damage(&self, key: &str, strike: &Strike) {
        let mut objects = locked(&self.store.objects);
        let mut kept = objects[key].to_vec();
        let place = strike.place(kept.len());
        kept[place] ^= 1;
        objects.insert(key.to_owned(), kept.into());
        strike.happened();
    }

    async fn answer(&self, from: http::Response<Body>, strike: &Strike) -> Result<Response, WireError> {
        let (mut head, body) = from.into_parts();
        match strike.fault() {
            // A body that broke was never answered.
            Some(Fault::ResetUp) => return Err(broken().into()),
            Some(Fault::AnswerLost) => {
                strike.happened();
                return Err(broken().into());
            }
            Some(Fault::DroppedAfter) => return strike.for_ever().await,
            Some(Fault::Refused) => {
                strike.happened();
                return answer(400, "<Error><Code>BadDigest</Code></Error>");
            }
            Some(Fault::WrongSum) => {
                strike.happened();
                head.headers.insert("x-amz-checksum-crc64nvme", OTHER_SUM);
            }
            _ => {}
        }
        let length = body.size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok());
        let place = strike.place(length.unwrap_or_default());
        let body = on_the_way_down(pieces(body), place, strike);
        Ok(http::Response::from_parts(head, reqwest::Body::wrap_stream(body)).into())
    }
}

impl Wire for Network {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, WireError>> {
        self.carry(request).boxed()
    }
}

fn on_the_way_up(body: Pieces, place: usize, strike: &Strike) -> Pieces {
    match strike.fault() {
        Some(Fault::ResetUp) => until(body, place, Ending::Break, strike),
        Some(Fault::StallUp | Fault::DroppedUp) => until(body, place, Ending::Silence, strike),
        Some(Fault::CorruptUp) => turned(body, place, strike),
        _ => body,
    }
}

fn on_the_way_down(body: Pieces, place: usize, strike: &Strike) -> Pieces {
    match strike.fault() {
        Some(Fault::Truncated) => until(body, place, Ending::Order, strike),
        Some(Fault::ResetDown) => until(body, place, Ending::Break, strike),
        Some(Fault::StallDown | Fault::DroppedDown) => until(body, place, Ending::Silence, strike),
        Some(Fault::CorruptDown) => turned(body, place, strike),
        _ => body,
    }
}

#[derive(Clone, Copy)]
enum Ending {
    Order,
    Break,
    Silence,
}

/// The first `place` bytes, and then an end.
fn until(body: Pieces, place: usize, ending: Ending, strike: &Strike) -> Pieces {
    let mut left = place;
    let cut = body.scan((), move |(), piece| {
        let piece = piece.map(|mut piece| {
            piece.truncate(left);
            left -= piece.len();
            piece
        });
        let goes_on = left > 0 || piece.as_ref().is_ok_and(|piece| !piece.is_empty());
        std::future::ready(goes_on.then_some(piece))
    });
    let strike = strike.clone();
    let end = async move {
        strike.happened();
        let end: Pieces = match ending {
            Ending::Order => stream::empty().boxed(),
            Ending::Break => stream::iter([Err(broken())]).boxed(),
            Ending::Silence => stream::pending().boxed(),
        };
        end
    };
    cut.chain(end.flatten_stream()).boxed()
}

/// All of it, with a bit turned over.
fn turned(body: Pieces, place: usize, strike: &Strike) -> Pieces {
    let (mut passed, strike) = (0, strike.clone());
    let mut turn = move |piece: Bytes| {
        let here = place.checked_sub(passed).filter(|here| *here < piece.len());
        passed += piece.len();
        let Some(here) = here else { return piece };
        strike.happened();
        let mut piece = piece.to_vec();
        piece[here] ^= 1;
        piece.into()
    };
    body.map(move |piece| piece.map(&mut turn)).boxed()
}
