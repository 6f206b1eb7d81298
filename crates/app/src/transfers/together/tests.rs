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
        assert!((1000 * wave..).zip(answers).all(|(number, answer)| answer.is_ok_and(|same| same == number)));
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
