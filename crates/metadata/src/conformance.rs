//! The suite that every metadata store passes. Each case is a sentence about the store.

mod accounts;
mod batches;
mod catalogue;
mod copies;
mod dedupe;
mod feed;
mod fill;
mod gaps;
mod limits;
mod links;
mod listening;
mod names;
mod quotas;
mod trash;
mod trees;
mod uploads;
mod webhooks;

use notespot_protocol::{
    ByteCount, ChangesQuery, ChecksumAlgorithm, ClientRef, CopyNode, NewFolder, Node, NodeId, NodeName,
    NodesQuery, OnConflict, Revision, Sha256, UserId,
};

use crate::changes::StoredChanges;
use crate::uploads::{Destination, StoredUpload, Wanted};
use crate::users::Profile;
use crate::{MetadataStore, Result};

pub use accounts::*;
pub use batches::*;
pub use catalogue::*;
pub use copies::*;
pub use dedupe::*;
pub use feed::*;
pub use fill::*;
pub use gaps::*;
pub use limits::*;
pub use links::*;
pub use listening::*;
pub use names::*;
pub use quotas::*;
pub use trash::*;
pub use trees::*;
pub use uploads::*;
pub use webhooks::*;

/// Gives the names of all cases to the macro `$with`.
#[macro_export]
macro_rules! for_each_metadata_case {
    ($with:ident $(, $more:expr)?) => {
        $with! { $($more;)?
            a_name_that_is_taken_is_numbered_refused_or_replaced,
            names_are_the_same_in_every_unicode_form,
            the_same_folder_asked_for_twice_is_one_folder,
            a_folder_has_the_id_that_its_client_made_and_no_other_node_has_it,
            a_folder_that_is_there_can_be_used_again,
            many_of_one_name_at_once_all_get_a_name,
            a_stale_revision_changes_nothing,
            edits_in_a_batch_see_those_before_them_and_fail_alone,
            a_batch_trashes_restores_and_deletes_each_alone,
            a_folder_cannot_be_moved_into_itself,
            what_lies_in_a_trashed_folder_does_not_live,
            what_was_trashed_comes_back_to_a_place_that_lives,
            what_is_deleted_for_ever_leaves_tombstones_orphans_and_no_usage,
            what_lies_in_a_tree_is_gone_before_its_folder,
            a_deep_tree_is_copied_moved_and_deleted,
            the_trash_is_emptied_in_steps_and_nothing_else_goes,
            what_was_in_the_trash_for_long_is_swept,
            a_copy_is_a_file_of_its_own_that_shares_its_object,
            a_folder_is_copied_with_everything_that_lives_in_it,
            a_copy_is_refused_into_itself_beyond_the_quota_and_of_what_does_not_live,
            the_same_copy_asked_for_twice_is_one_copy,
            pages_have_no_gaps_and_no_repeats,
            the_same_upload_twice_is_one_file,
            an_upload_beyond_the_quota_is_refused,
            a_quota_of_one_s_own_wins_over_everybody_s_until_it_is_taken_back,
            users_are_found_by_their_addresses,
            an_upload_whose_folder_is_gone_lands_at_the_top,
            an_upload_that_was_given_up_leaves_an_orphan,
            uploads_that_have_ended_are_forgotten,
            an_upload_keeps_the_checksum_that_it_began_with,
            destinations_of_open_uploads_are_known,
            parts_are_known_by_the_only_checksum_that_they_were_announced_with,
            in_a_batch_each_succeeds_or_fails_alone,
            a_batch_goes_to_living_folders_and_to_no_others,
            a_batch_counts_what_it_has_taken_itself,
            a_reference_that_is_used_for_something_else_is_refused,
            content_that_the_owner_has_is_known_by_size_and_hash,
            a_challenge_is_good_once_and_for_a_while,
            proven_content_becomes_a_file_that_shares_its_object,
            an_object_goes_with_the_last_version_that_names_it,
            what_was_deleted_meanwhile_is_not_published_as_a_copy,
            a_copy_and_the_end_of_its_original_never_meet_half_way,
            content_that_nobody_vouches_for_is_not_shared,
            versions_of_many_files_come_in_the_order_asked_for,
            a_file_has_one_living_link,
            a_slug_that_was_made_ahead_opens_beside_another_link,
            a_link_that_was_ended_or_whose_file_is_trashed_opens_nothing,
            a_file_is_listed_once_by_whichever_link_and_is_a_change,
            the_catalogue_has_what_is_listed_lives_and_nothing_else,
            the_catalogue_tells_what_a_stranger_may_know,
            the_catalogue_finds_names_without_case_and_accents_by_their_newest_form,
            pages_of_the_catalogue_have_no_gaps_and_no_repeats_while_it_grows,
            a_search_of_the_catalogue_goes_on_where_a_page_stopped_looking,
            what_concerns_others_is_known_of_files_and_guessed_of_folders,
            what_belongs_to_somebody_else_is_not_there,
            every_change_is_in_the_feed_once_and_in_order,
            what_an_owner_writes_comes_back_as_it_was_written,
            a_reader_of_the_feed_never_sees_a_gap,
            whatever_writers_do_at_once_a_reader_holds_a_true_prefix,
            a_first_fill_beside_writers_ends_with_what_there_is,
            who_begins_with_nothing_is_told_of_nothing_that_was_gone,
            a_history_that_lost_a_tombstone_has_expired_and_a_fill_has_not,
            who_knows_of_more_than_there_is_has_to_begin_anew,
            a_page_has_a_bound_in_bytes_too,
            who_listens_is_told_of_each_change_of_its_owner_and_of_nobody_else_s,
            erasing_a_user_leaves_nothing_but_orphans,
            a_delivery_is_known_from_when_it_was_noted_until_it_is_swept,
            a_profile_is_taken_unless_a_newer_one_was,
            a_name_that_was_given_here_stays,
            who_is_banned_is_so_by_the_newest_word,
            a_user_who_is_barred_gets_no_record_until_the_bar_ends,
            an_address_has_one_account,
            a_window_grants_its_allowance_and_the_next_one_grants_it_again,
            what_is_given_back_can_be_taken_again,
            those_who_take_at_once_get_no_more_than_the_allowance,
            a_code_works_once_and_a_replay_revokes,
            a_refresh_token_works_once_and_a_replay_revokes_the_family,
            a_refresh_token_that_was_replaced_is_forgotten,
            a_refresh_token_is_revoked_once_with_its_family,
        }
    };
}

/// Makes a test of each case. `$start` gives something that holds a store for as long as it lives and
/// has `store()`, a [`MetadataStore`] that is also [`Accounts`](crate::accounts::Accounts).
#[macro_export]
macro_rules! metadata_conformance {
    ($start:expr) => {
        use $crate::metadata_case_tests;
        $crate::for_each_metadata_case!(metadata_case_tests, $start);
    };
}

/// What [`metadata_conformance!`] expands to.
#[doc(hidden)]
#[macro_export]
macro_rules! metadata_case_tests {
    ($start:expr; $($case:ident,)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            let running = $start;
            $crate::conformance::$case(running.store()).await;
        })*
    };
}

const QUOTA: ByteCount = ByteCount(1_000_000);

async fn user(store: &dyn MetadataStore, id: &str) -> UserId {
    let profile = Profile { id: UserId(id.to_owned()), name: id.to_owned(), email: None };
    store.ensure_user(&profile, QUOTA).await.unwrap().id
}

fn name(text: &str) -> NodeName {
    NodeName::new(text).unwrap()
}

fn new_folder(parent: Option<NodeId>, text: &str) -> NewFolder {
    NewFolder {
        client_ref: ClientRef::generate(),
        id: None,
        parent,
        name: name(text),
        on_conflict: OnConflict::Fail,
        reuse: false,
    }
}

fn copy_of(node: NodeId, parent: Option<NodeId>) -> CopyNode {
    CopyNode { client_ref: ClientRef::generate(), node, parent, on_conflict: OnConflict::KeepBoth }
}

async fn folder(store: &dyn MetadataStore, owner: &UserId, parent: Option<NodeId>, text: &str) -> Node {
    store.create_folder(owner, &new_folder(parent, text)).await.unwrap()
}

fn wanted(parent: Option<NodeId>, text: &str, size: u64) -> Wanted {
    Wanted {
        client_ref: ClientRef::generate(),
        parent,
        name: name(text),
        on_conflict: OnConflict::KeepBoth,
        size: ByteCount(size),
        content_type: "text/plain".to_owned(),
        modified_at: None,
    }
}

fn destination() -> Destination {
    Destination {
        object_key: ClientRef::generate().0.simple().to_string(),
        multipart_id: None,
        part_bytes: ByteCount(100),
        part_count: 1,
        checksum: ChecksumAlgorithm::Crc64Nvme,
    }
}

async fn begin(store: &dyn MetadataStore, owner: &UserId, wanted: &Wanted) -> Result<StoredUpload> {
    store.begin_upload(owner, wanted, &destination()).await
}

async fn publish(store: &dyn MetadataStore, owner: &UserId, wanted: &Wanted) -> Result<Node> {
    let upload = begin(store, owner, wanted).await?;
    store.publish_upload(owner, upload.id, Sha256::from_bytes([7; 32])).await
}

async fn file(store: &dyn MetadataStore, owner: &UserId, parent: Option<NodeId>, text: &str) -> Node {
    publish(store, owner, &wanted(parent, text, 100)).await.unwrap()
}

async fn changes(store: &dyn MetadataStore, owner: &UserId, since: Revision, limit: u32) -> StoredChanges {
    let query = ChangesQuery { since, limit: Some(limit), ..ChangesQuery::default() };
    store.changes(owner, &query).await.unwrap()
}

async fn list(store: &dyn MetadataStore, owner: &UserId, query: NodesQuery) -> Vec<Node> {
    store.list_nodes(owner, &query).await.unwrap().items
}

fn names_of(nodes: &[Node]) -> Vec<&str> {
    nodes.iter().map(|node| node.name.as_str()).collect()
}
