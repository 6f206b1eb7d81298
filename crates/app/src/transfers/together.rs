//! Calls that are made at the same time go together.
//!
//! A call that comes alone is sent at once. After a batch of several the next one waits until it is full, or for a
//! moment: many files come as fast as the object store takes them, a few each millisecond, and what a transaction
//! costs is shared by what it holds. Ten thousand are planned in hundreds, and the bytes of the first move while the
//! last are still being planned.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use notespot_client::ClientError;
use notespot_protocol::BatchItem;
use notespot_transfer::ControlError;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

/// The most calls of one batch: long enough to be worth a round trip and a transaction, short enough
/// that the first does not wait long for the last.
const BATCH: usize = 400;
/// The most of the first batch. Each that is answered allows for twice as many: a connection is slow at first
/// (RFC 6928), and everybody waits for the first answers.
const FIRST_BATCH: usize = 50;
/// Batches under way: one at the server, others on their way.
const UNDER_WAY: usize = 4;
/// From one batch of several to the next that is not full. Files that wait are many then, and none of
/// them is waited for by a person.
const COLLECT: Duration = Duration::from_millis(50);

type Outcome<A> = Result<A, ControlError>;
type Caller<A> = oneshot::Sender<Outcome<A>>;
type Send<Q, A> =
    dyn Fn(Vec<Q>) -> BoxFuture<'static, Result<Vec<BatchItem<A>>, ClientError>> + std::marker::Send + Sync;

/// Makes batches of calls.
///
/// Memory: what its callers ask, also where they give up before it has left, and four batches.
pub(crate) struct Together<Q, A> {
    inner: Arc<Inner<Q, A>>,
}

struct Inner<Q, A> {
    send: Box<Send<Q, A>>,
    waiting: Mutex<Waiting<Q, A>>,
    /// A batch is full.
    full: Notify,
}

struct Waiting<Q, A> {
    calls: VecDeque<Call<Q, A>>,
    /// Whether somebody is there to send what waits.
    is_collected: bool,
    under_way: usize,
    /// The most of the next batch.
    most: usize,
    /// When the next batch leaves that is not full.
    not_before: Instant,
}

struct Call<Q, A> {
    question: Q,
    tell: Caller<A>,
}

impl<Q, A> Waiting<Q, A> {
    /// Whether the one that asks is now the one that collects.
    fn takes_collector(&mut self) -> bool {
        let needed = !self.is_collected && !self.calls.is_empty() && self.under_way < UNDER_WAY;
        self.is_collected |= needed;
        needed
    }

    /// A batch without those who gave up meanwhile.
    fn leave(&mut self) -> (Vec<Q>, Vec<Caller<A>>) {
        let count = self.calls.len().min(self.most);
        let left = self.calls.drain(..count).filter(|call| !call.tell.is_closed());
        let batch: (Vec<_>, Vec<_>) = left.map(|call| (call.question, call.tell)).unzip();
        self.is_collected = false;
        self.under_way += 1;
        if batch.0.len() > 1 {
            self.not_before = Instant::now() + COLLECT;
        }
        batch
    }
}

impl<Q, A> Together<Q, A>
where
    Q: std::marker::Send + 'static,
    A: std::marker::Send + 'static,
{
    /// `send` answers each question of a batch, in order.
    pub(crate) fn new(
        send: impl Fn(Vec<Q>) -> BoxFuture<'static, Result<Vec<BatchItem<A>>, ClientError>>
        + std::marker::Send
        + Sync
        + 'static,
    ) -> Self {
        let waiting = Waiting {
            calls: VecDeque::new(),
            is_collected: false,
            under_way: 0,
            most: FIRST_BATCH,
            not_before: Instant::now(),
        };
        let inner = Inner { send: Box::new(send), waiting: Mutex::new(waiting), full: Notify::new() };
        Self { inner: Arc::new(inner) }
    }

    /// Asks, together with others. A call that is dropped before its batch has left is never sent.
    pub(crate) async fn call(&self, question: Q) -> Outcome<A> {
        let (tell, told) = oneshot::channel();
        self.inner.add(Call { question, tell });
        // Nobody answers only when the runtime ends, or the batch panicked.
        told.await.unwrap_or_else(|_| Err(wrapped(unanswered())))
    }
}

impl<Q, A> Inner<Q, A> {
    fn lock(&self) -> MutexGuard<'_, Waiting<Q, A>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Q, A> Inner<Q, A>
where
    Q: std::marker::Send + 'static,
    A: std::marker::Send + 'static,
{
    fn add(self: &Arc<Self>, call: Call<Q, A>) {
        let mut waiting = self.lock();
        waiting.calls.push_back(call);
        if waiting.calls.len() >= waiting.most {
            self.full.notify_one();
        }
        drop(waiting);
        self.set_to_work();
    }

    fn set_to_work(self: &Arc<Self>) {
        if self.lock().takes_collector() {
            tokio::spawn(Arc::clone(self).work());
        }
    }

    /// Collects and sends batches for as long as there are any that nobody else collects.
    async fn work(self: Arc<Self>) {
        loop {
            let (questions, callers) = self.collect().await;
            let under_way = UnderWay { inner: &self };
            self.set_to_work();
            if !questions.is_empty() {
                self.exchange(questions, callers).await;
            }
            drop(under_way);
            if !self.lock().takes_collector() {
                return;
            }
        }
    }

    /// The next batch, when it may leave; from then on it is under way.
    async fn collect(&self) -> (Vec<Q>, Vec<Caller<A>>) {
        loop {
            let full = self.full.notified();
            let not_before = {
                let mut waiting = self.lock();
                if waiting.calls.len() >= waiting.most || waiting.not_before <= Instant::now() {
                    return waiting.leave();
                }
                waiting.not_before
            };
            tokio::select! {
                () = tokio::time::sleep_until(not_before) => {}
                () = full => {}
            }
        }
    }

    async fn exchange(&self, questions: Vec<Q>, callers: Vec<Caller<A>>) {
        match (self.send)(questions).await {
            Ok(answers) => {
                let mut waiting = self.lock();
                waiting.most = (waiting.most * 2).min(BATCH);
                drop(waiting);
                tell_each(callers, answers);
            }
            Err(error) => {
                let error = Arc::new(error);
                for caller in callers {
                    let shared = ControlError::new(error.code(), Arc::clone(&error));
                    // Who gave up meanwhile needs no answer.
                    let _ = caller.send(Err(shared));
                }
            }
        }
    }
}

/// A batch that is under way; a panic ends that too, so that it stops no later one.
struct UnderWay<'a, Q, A> {
    inner: &'a Inner<Q, A>,
}

impl<Q, A> Drop for UnderWay<'_, Q, A> {
    fn drop(&mut self) {
        self.inner.lock().under_way -= 1;
    }
}

fn tell_each<A>(callers: Vec<Caller<A>>, answers: Vec<BatchItem<A>>) {
    let mut answers = answers.into_iter();
    for caller in callers {
        let outcome = match answers.next().map(BatchItem::into_result) {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(problem)) => Err(ClientError::Refused(Box::new(problem))),
            None => Err(unanswered()),
        };
        // Who gave up meanwhile needs no answer.
        let _ = caller.send(outcome.map_err(wrapped));
    }
}

fn unanswered() -> ClientError {
    ClientError::NotANotespotServer { server: String::new(), reason: "a batch came back too short" }
}

pub(super) fn wrapped(error: ClientError) -> ControlError {
    ControlError::new(error.code(), error)
}

#[cfg(test)]
mod tests;
