use std::path::PathBuf;

use notespot_protocol::ErrorCode;
use notespot_protocol::window::{MoveTo, Transfers};
use notespot_transfer::{FileToDownload, SaveTo};

use super::snapshot::SHOWN_MAX;
use super::*;
use crate::FileUpload;

const LARGE: ByteCount = ByteCount(1 << 30);
const SMALL: ByteCount = ByteCount(1);

fn entry(position: i64, size: ByteCount) -> Entry {
    let file = FileUpload::new(PathBuf::from("a"), None);
    let job = Job::Upload { file, with_link: false };
    Entry { row: position, request: 1, key: [0; 16], position, paused: false, name: "a".into(), size, job }
}

fn download(position: i64) -> Entry {
    let node = notespot_protocol::NodeId::generate();
    let (to, existing) = (SaveTo::Folder(PathBuf::from(".")), Existing::Fail);
    Entry { job: Job::Download { file: FileToDownload { node, to, existing } }, ..entry(position, SMALL) }
}

fn queue(sizes: &[ByteCount]) -> Queue {
    let mut queue = Queue::default();
    queue.open((1..).zip(sizes).map(|(position, size)| entry(position, *size)).collect());
    queue
}

fn started(queue: &mut Queue) -> Vec<u32> {
    std::iter::from_fn(|| queue.take_next()).map(|started| started.id.0).collect()
}

fn state(queue: &mut Queue, id: u32) -> TransferState {
    queue.item(TransferId(id)).unwrap().shown.state.clone()
}

fn done() -> Ended {
    Ended::Done { node: None, link_copied: false, called: None }
}

fn failed() -> Ended {
    Ended::Failed(Failure::new(ErrorCode::FileMissing, "It is not there any more."))
}

#[test]
fn a_small_file_does_not_wait_behind_large_ones_nor_the_reverse() {
    let mut sizes = vec![LARGE; 10];
    sizes.extend([SMALL; 200]);
    sizes.push(LARGE);
    let mut queue = queue(&sizes);
    let first = started(&mut queue);
    assert_eq!(first.iter().filter(|id| **id <= 10).count(), LARGE_AT_ONCE);
    assert_eq!(first.len(), LARGE_AT_ONCE + SMALL_AT_ONCE);
    let shown: Vec<_> = queue.snapshot().items.iter().map(|one| one.id.0).collect();
    assert_eq!(shown.len(), SHOWN_MAX);
    assert!(first.iter().all(|id| shown.contains(id)), "what moves is shown before what waits");
}

#[test]
fn what_failed_is_not_pushed_out_by_what_is_done() {
    let mut queue = queue(&vec![SMALL; 2500]);
    let mut how = Some(failed());
    while let Some(Started { id, .. }) = queue.take_next() {
        queue.ended(id, how.take().unwrap_or_else(done));
    }
    assert_eq!(queue.items.len(), KEPT_MAX + 1);
    assert!(matches!(state(&mut queue, 1), TransferState::Failed { .. }));
    let shown = queue.snapshot();
    assert_eq!(
        (shown.active, shown.failed, shown.done),
        (0, 1, 2499),
        "what is forgotten was done all the same"
    );
    assert_eq!(shown.total, 2500);
    assert_eq!(queue.take_over().len(), 2499, "what is done leaves the journal, what failed does not");
    queue.clear_finished();
    assert_eq!(queue.snapshot(), Transfers::default());
}

#[test]
fn one_that_was_cancelled_while_it_waited_never_starts_and_can_be_tried_again() {
    let mut queue = queue(&[LARGE; 6]);
    started(&mut queue);
    assert!(!queue.cancel(TransferId(5)).unwrap().is_empty(), "the server is told: parts may have arrived");
    queue.ended(TransferId(1), done());
    queue.ended(TransferId(2), done());
    assert_eq!(started(&mut queue), [6]);
    let behind = queue.next_position();
    queue.retry(TransferId(5), 50, behind).unwrap();
    assert_eq!(started(&mut queue), [5]);
    queue.clear_finished();
    assert_eq!(queue.items.len(), 4);
}

#[test]
fn one_that_is_paused_frees_its_place_when_it_has_stopped_and_goes_on_where_it_stood() {
    let mut queue = queue(&[LARGE; 6]);
    let first = queue.take_next().unwrap();
    started(&mut queue);
    queue.progress(first.id, ByteCount(1 << 29));
    queue.pause(first.id).unwrap();
    assert!(first.run.stop.is_cancelled() && !first.run.cancel.is_cancelled());
    assert_eq!(started(&mut queue), [0; 0], "it has not stopped yet");
    queue.ended(first.id, Ended::Stopped);
    assert_eq!(started(&mut queue), [5]);
    assert_eq!(state(&mut queue, 1), TransferState::Paused);
    assert_eq!(queue.item(first.id).unwrap().shown.done, ByteCount(1 << 29));
    queue.resume(first.id).unwrap();
    queue.ended(TransferId(5), done());
    assert_eq!(started(&mut queue), [1], "before the sixth");
}

#[test]
fn one_that_is_let_go_before_it_has_stopped_runs_again_once() {
    let mut queue = queue(&[LARGE; 1]);
    started(&mut queue);
    queue.pause(TransferId(1)).unwrap();
    queue.resume(TransferId(1)).unwrap();
    assert_eq!(started(&mut queue), [0; 0]);
    queue.ended(TransferId(1), Ended::Stopped);
    assert_eq!(started(&mut queue), [1]);
}

#[test]
fn all_are_paused_cancelled_and_counted() {
    let mut queue = queue(&[LARGE; 10]);
    started(&mut queue);
    queue.progress(TransferId(1), ByteCount(1 << 20));
    assert!(queue.snapshot().bytes_per_second > 0);
    assert_eq!(queue.pause_all().len(), 10);
    for id in 1..=4 {
        queue.ended(TransferId(id), Ended::Stopped);
    }
    assert_eq!(started(&mut queue), [0; 0]);
    let shown = queue.snapshot();
    assert_eq!((shown.paused, shown.bytes_per_second, shown.seconds_left), (10, 0, None));
    assert_eq!(queue.resume_all().len(), 10);
    assert_eq!(started(&mut queue), [1, 2, 3, 4]);
    assert_eq!(queue.cancel_all().len(), 6, "those that run tell the server by themselves");
    for id in 1..=4 {
        queue.ended(TransferId(id), Ended::Cancelled);
    }
    assert_eq!((queue.snapshot().active, queue.snapshot().total), (0, 10));
}

#[test]
fn the_order_is_the_person_s() {
    let mut queue = queue(&[LARGE; 8]);
    started(&mut queue);
    let order = |queue: &Queue| queue.pending.values().copied().collect::<Vec<_>>();
    assert_eq!(queue.move_to(TransferId(8), MoveTo::Top).unwrap().len(), 1);
    assert_eq!(order(&queue), [8, 5, 6, 7]);
    assert_eq!(queue.move_to(TransferId(6), MoveTo::Up).unwrap().len(), 2);
    assert_eq!(order(&queue), [8, 6, 5, 7]);
    queue.move_to(TransferId(8), MoveTo::Down).unwrap();
    assert_eq!(order(&queue), [6, 8, 5, 7]);
    assert!(queue.move_to(TransferId(6), MoveTo::Up).unwrap().is_empty(), "it is the first");
    assert!(queue.move_to(TransferId(1), MoveTo::Top).unwrap().is_empty(), "it runs");
    queue.ended(TransferId(1), done());
    queue.clear_finished();
    assert_eq!(started(&mut queue), [6]);
    queue.pause(TransferId(5)).unwrap();
    queue.move_to(TransferId(7), MoveTo::Top).unwrap();
    assert_eq!(order(&queue), [7, 8, 5]);
}

#[test]
fn without_a_connection_nothing_starts_and_nothing_fails() {
    let mut queue = queue(&[LARGE; 6]);
    started(&mut queue);
    queue.ended(TransferId(2), Ended::Offline);
    assert_eq!(started(&mut queue), [0; 0]);
    let shown = queue.snapshot();
    assert_eq!((shown.offline, shown.failed, shown.active), (3, 0, 6));
    queue.release();
    assert_eq!(started(&mut queue), [2]);
}

#[test]
fn what_is_there_already_is_asked_for_once_for_all_of_a_request() {
    let mut queue = Queue::default();
    let opening = queue.open((1..=3).map(download).collect());
    assert_eq!(started(&mut queue).len(), 3);
    queue.ended(TransferId(1), Ended::TargetExists);
    assert_eq!((queue.snapshot().asking, state(&mut queue, 1)), (1, TransferState::TargetExists));
    queue.ended(TransferId(2), Ended::TargetExists);
    assert_eq!(queue.answer(TransferId(1), Existing::KeepBoth, true).unwrap().len(), 2);
    assert_eq!(started(&mut queue), [1, 2]);
    queue.ended(TransferId(3), Ended::TargetExists);
    queue.add(opening, vec![download(4)]);
    let existing = std::iter::from_fn(|| queue.take_next()).map(|started| match started.job {
        Job::Download { file } => file.existing,
        Job::Upload { .. } => Existing::Fail,
    });
    assert_eq!(existing.collect::<Vec<_>>(), [Existing::KeepBoth; 2]);
}

#[test]
fn what_a_closed_library_s_search_finds_is_not_added_to_the_next_one() {
    let mut queue = Queue::default();
    let opening = queue.open(Vec::new());
    queue.open(Vec::new());
    queue.add(opening, vec![entry(1, SMALL)]);
    assert_eq!(queue.snapshot().total, 0);
}

#[test]
fn counts_are_those_of_a_walk_over_all_after_any_steps() {
    let mut queue = queue(&[LARGE; 40]);
    let mut dice = 0x2545_F491_4F6C_DD1D_u64;
    for _ in 0..4000 {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        let id = TransferId(u32::try_from((dice >> 8) & 0xff).unwrap() % 44 + 1);
        let runs = queue.item(id).is_some_and(|item| item.run.is_some());
        match dice % 13 {
            0 => {
                queue.pause(id);
            }
            1 => {
                queue.resume(id);
            }
            2 => {
                queue.cancel(id);
            }
            3 | 4 => {
                started(&mut queue);
            }
            5 => queue.progress(id, ByteCount(dice >> 34)),
            6 if runs => {
                queue.ended(id, failed());
            }
            7 | 8 if runs => {
                queue.ended(id, Ended::Stopped);
            }
            9 if runs => {
                queue.ended(id, Ended::Offline);
            }
            10 => {
                queue.move_to(
                    id,
                    [MoveTo::Top, MoveTo::Up, MoveTo::Down][usize::try_from((dice >> 20) % 3).unwrap()],
                );
            }
            11 => {
                let position = queue.next_position();
                queue.retry(id, position, position);
            }
            _ => queue.release(),
        }
        let mut walked = Counts::default();
        queue.items.values().for_each(|item| walked.enter(&item.shown));
        assert_eq!(format!("{walked:?}"), format!("{:?}", queue.counts));
        let not_over = queue.items.values().filter(|item| !item.is_over()).count();
        assert_eq!(queue.len(), not_over, "each stands in one place");
    }
}

#[test]
fn a_snapshot_of_a_hundred_thousand_costs_what_it_shows() {
    let mut queue = queue(&vec![SMALL; 100_000]);
    started(&mut queue);
    let begun = std::time::Instant::now();
    for _ in 0..100 {
        assert_eq!(queue.snapshot().items.len(), SHOWN_MAX);
    }
    let took = begun.elapsed();
    // A walk over all of them takes a hundred times as long.
    assert!(took < std::time::Duration::from_secs(1), "{took:?} for 100 snapshots");
}
