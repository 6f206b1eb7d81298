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

impl<Q, A> Inner<Q, A>
where
    Q: std::marker::Send + 'static,
    A: std::marker::Send + 'static,
{
    fn lock(&self) -> MutexGuard<'_, Waiting<Q, A>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

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
        self.inner.waiting.lock().unwrap_or_else(PoisonError::into_inner).under_way -= 1;
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
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;
    use futures_util::{FutureExt as _, StreamExt as _, stream};
    use notespot_protocol::{ErrorCode, Problem};
    use tokio::sync::Semaphore;

    use super::*;

    /// Answers the double of each question but 7, when `open` lets a batch through.
    fn doubling(open: Arc<Semaphore>, batches: Arc<Mutex<Vec<usize>>>) -> Together<u32, u32> {
        Together::new(move |questions: Vec<u32>| {
            let (open, batches) = (open.clone(), batches.clone());
            async move {
                open.acquire().await.unwrap().forget();
                batches.lock().unwrap().push(questions.len());
                Ok(questions
                    .into_iter()
                    .map(|question| match question {
                        7 => BatchItem::Refused { problem: Problem::new(404, ErrorCode::NotFound, "no 7") },
                        number => BatchItem::Done { value: number * 2 },
                    })
                    .collect())
            }
            .boxed()
        })
    }

    #[tokio::test]
    async fn what_comes_while_batches_are_under_way_goes_together() {
        let (open, batches) = (Arc::new(Semaphore::new(0)), Arc::default());
        let together = doubling(open.clone(), Arc::clone(&batches));
        let asked = join_all((0..1000).map(|number| together.call(number)));
        let opened = async {
            tokio::task::yield_now().await;
            open.add_permits(1000);
        };
        let (answers, ()) = futures_util::future::join(asked, opened).await;
        for (number, answer) in (0..).zip(answers) {
            match answer {
                Ok(doubled) => assert_eq!(doubled, number * 2),
                Err(error) => assert_eq!((number, error.code()), (7, ErrorCode::NotFound)),
            }
        }
        let batches = batches.lock().unwrap();
        assert!(batches.len() <= 9 && batches.iter().all(|size| *size <= BATCH), "{batches:?}");
        assert_eq!(batches[0], FIRST_BATCH, "everybody waits for the first answers");
    }

    #[tokio::test]
    async fn a_batch_that_hangs_keeps_no_other_from_its_answers() {
        let open = Arc::new(Semaphore::new(0));
        let opened = open.clone();
        let together = Together::new(move |questions: Vec<u32>| {
            let opened = opened.clone();
            async move {
                if questions.contains(&0) {
                    opened.acquire().await.unwrap().forget();
                }
                Ok(questions.into_iter().map(|value| BatchItem::Done { value }).collect())
            }
            .boxed()
        });
        let hanging = together.call(0);
        tokio::pin!(hanging);
        assert!(hanging.as_mut().now_or_never().is_none());
        tokio::task::yield_now().await;
        for wave in 1..=3 {
            let others = join_all((0..1000).map(|number| together.call(1000 * wave + number)));
            let answers = tokio::time::timeout(Duration::from_secs(30), others).await.unwrap();
            assert!(
                (1000 * wave..).zip(answers).all(|(number, answer)| answer.is_ok_and(|same| same == number))
            );
        }
        assert!(hanging.as_mut().now_or_never().is_none());
        open.add_permits(1);
        assert_eq!(hanging.await.unwrap(), 0);
    }

    /// A server that takes its time for each batch; its sizes are noted.
    fn slow(batches: &Arc<Mutex<Vec<usize>>>) -> Together<u32, u32> {
        let batches = batches.clone();
        Together::new(move |questions: Vec<u32>| {
            batches.lock().unwrap().push(questions.len());
            async move {
                tokio::time::sleep(Duration::from_millis(15)).await;
                Ok(questions.into_iter().map(|value| BatchItem::Done { value }).collect())
            }
            .boxed()
        })
    }

    /// As uploads do: each file is planned, sent when there is a place, and completed; a thousand at a time.
    #[tokio::test(start_paused = true)]
    async fn thousands_of_files_are_planned_and_completed_in_hundreds() {
        let (planned, completed) = (Arc::default(), Arc::default());
        let (plans, completions) = (slow(&planned), slow(&completed));
        let places = Semaphore::new(32);
        let files = stream::iter(0..3000).for_each_concurrent(1024, async |number| {
            plans.call(number).await.unwrap();
            let place = places.acquire().await.unwrap();
            tokio::time::sleep(Duration::from_millis(2)).await;
            drop(place);
            completions.call(number).await.unwrap();
        });
        files.await;
        for batches in [planned, completed] {
            let batches = batches.lock().unwrap();
            assert_eq!(batches.iter().sum::<usize>(), 3000);
            assert!(batches.len() <= 30, "{} of {batches:?}", batches.len());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_batch_leaves_at_once_and_another_waits_for_a_moment() {
        let together = Together::new(|questions: Vec<u32>| {
            async { Ok(questions.into_iter().map(|value| BatchItem::Done { value }).collect()) }.boxed()
        });
        let asked = async |count: usize| {
            let begun = Instant::now();
            join_all((0..).take(count).map(|number| together.call(number))).await;
            begun.elapsed()
        };
        assert_eq!(asked(FIRST_BATCH).await, Duration::ZERO);
        assert_eq!(asked(2 * FIRST_BATCH).await, Duration::ZERO);
        assert!(asked(2).await >= COLLECT);
        tokio::time::sleep(COLLECT).await;
        assert_eq!(asked(1).await, Duration::ZERO);
        assert_eq!(asked(1).await, Duration::ZERO, "one alone makes nobody wait");
    }

    #[tokio::test]
    async fn an_error_of_the_whole_batch_reaches_everybody_and_the_next_call_is_sent() {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = calls.clone();
        let together: Together<u32, u32> = Together::new(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            async { Err(ClientError::NotSignedIn) }.boxed()
        });
        for answer in join_all((0..10).map(|number| together.call(number))).await {
            assert_eq!(answer.unwrap_err().code(), ErrorCode::NotSignedIn);
        }
        let before = calls.load(Ordering::Relaxed);
        assert!(together.call(1).await.is_err());
        assert_eq!(calls.load(Ordering::Relaxed), before + 1);
    }

    #[tokio::test]
    async fn batches_that_panic_stop_no_later_one() {
        let together = Together::new(|questions: Vec<u32>| {
            assert_ne!(questions, [7], "as this test wants it");
            async { Ok(questions.into_iter().map(|value| BatchItem::Done { value }).collect()) }.boxed()
        });
        for _ in 0..2 * UNDER_WAY {
            assert!(together.call(7).await.is_err());
        }
        assert_eq!(together.call(1).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_call_that_was_given_up_is_not_sent() {
        let (open, batches) = (Arc::new(Semaphore::new(0)), Arc::new(Mutex::default()));
        let together = doubling(open.clone(), Arc::clone(&batches));
        let first = join_all([together.call(1), together.call(2)]);
        tokio::pin!(first);
        assert!(first.as_mut().now_or_never().is_none());
        tokio::task::yield_now().await;
        drop(together.call(3).now_or_never());
        open.add_permits(10);
        first.await;
        assert_eq!(together.call(4).await.unwrap(), 8);
        assert_eq!(batches.lock().unwrap().iter().sum::<usize>(), 3);
    }
}
