//! The suite that every object store passes.
//!
//! Each case is a sentence about the store. What clients do is done as they do it: over HTTP, with
//! presigned requests and nothing else.

mod client;
mod multipart;
mod single;

pub use client::{Client, Sent};
pub use multipart::*;
pub use single::*;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::ObjectStore;

/// How long a case may take at a store that somebody else wrote.
const BOUND: Duration = Duration::from_mins(1);

/// Every case, given to the macro `$then` after `$arguments`.
#[doc(hidden)]
#[macro_export]
macro_rules! each_object_store_case {
    ($then:ident $arguments:tt) => {
        $crate::$then! { $arguments
            what_was_put_is_read_back,
            many_objects_are_looked_up_at_once,
            an_empty_object_is_an_object,
            ranges_are_read_exactly,
            other_bytes_than_announced_are_refused_and_leave_nothing,
            a_request_is_good_for_what_it_was_signed_for_and_nothing_else,
            a_request_ends,
            deleting_what_is_gone_changes_nothing,
            parts_in_any_order_make_one_object,
            a_wrong_part_is_refused_and_the_right_one_taken,
            a_part_that_came_twice_counts_once,
            the_last_of_two_parts_with_one_number_counts,
            a_checksum_of_the_whole_that_is_wrong_is_refused,
            parts_that_are_not_there_cannot_be_joined,
            an_upload_that_was_given_up_is_gone,
            open_uploads_are_listed_with_their_age,
            a_part_that_comes_while_parts_are_joined_changes_nothing,
        }
    };
}

/// Makes a test of each case, for the store that `$start` gives: an expression whose value holds the
/// store (`.store()`) for as long as it lives.
#[macro_export]
macro_rules! object_store_conformance {
    ($start:expr) => {
        $crate::each_object_store_case! { object_store_tests ($start) }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! object_store_tests {
    (($start:expr) $($case:ident,)*) => {
        $(#[tokio::test]
        async fn $case() {
            let running = $start;
            $crate::conformance::$case(running.store()).await;
        })*
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! object_store_runs {
    (($store:ident) $($case:ident,)*) => {
        vec![$((stringify!($case), {
            let store = Arc::clone($store);
            tokio::spawn(async move { timeout(BOUND, $case(&*store)).await.expect("an end in time") }).await
        }),)*]
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! object_store_case_names {
    (() $($case:ident,)*) => {
        [$(stringify!($case),)*]
    };
}

/// How many cases there are.
#[must_use]
pub fn case_count() -> usize {
    (each_object_store_case! { object_store_case_names () }).len()
}

/// Runs each case against one store that somebody else wrote, one after the other, and gives those that
/// it failed: such a store takes long to start, and lacks what it lacks.
pub async fn failures(store: &Arc<dyn ObjectStore>) -> Vec<&'static str> {
    let ran = each_object_store_case! { object_store_runs (store) };
    ran.into_iter().filter_map(|(case, ended)| ended.is_err().then_some(case)).collect()
}
