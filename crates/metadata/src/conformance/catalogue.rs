//! The public catalogue.

use notespot_protocol::{CatalogueQuery, Cursor, Node, NodePatch, Slug, UserId};

use super::{QUOTA, changes, file, folder, name, user};
use crate::catalogue::CatalogueEntry;
use crate::changes::StoredChange;
use crate::links::{OpenedLink, StoredLink};
use crate::users::Profile;
use crate::{MetadataError, MetadataStore};

async fn listed(store: &dyn MetadataStore, owner: &UserId, node: &Node) -> StoredLink {
    let slug = store.create_link(owner, node.id, None).await.unwrap().link.slug;
    store.list_link(owner, &slug, true, None).await.unwrap()
}

/// All of it, in pages of so many.
async fn all(store: &dyn MetadataStore, search: Option<&str>, limit: u32) -> Vec<CatalogueEntry> {
    let mut entries = Vec::new();
    let mut cursor = None;
    loop {
        let query = CatalogueQuery { search: search.map(str::to_owned), cursor, limit: Some(limit) };
        let page = store.catalogue(&query).await.unwrap();
        assert!(page.items.len() <= limit as usize);
        entries.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return entries;
        }
    }
}

async fn names(store: &dyn MetadataStore, search: Option<&str>) -> Vec<String> {
    all(store, search, 50).await.into_iter().map(|entry| entry.name.to_string()).collect()
}

/// Listing takes a revision, and is in the feed; what is so already takes none. All links of a file stand alike, and
/// the file is in the catalogue once.
pub async fn a_file_is_listed_once_by_whichever_link_and_is_a_change(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let node = file(store, &ada, None, "a.txt").await;
    let first = store.create_link(&ada, node.id, None).await.unwrap().link;
    assert!(!first.listed);
    let second = store.create_link(&ada, node.id, Some(Slug::generate())).await.unwrap().link;
    let stale = store.list_link(&ada, &second.slug, true, Some(first.revision)).await;
    assert!(matches!(stale, Err(MetadataError::Stale { current }) if current == second.revision));

    let now = store.list_link(&ada, &second.slug, true, Some(second.revision)).await.unwrap();
    assert!(now.listed && now.slug == second.slug);
    let told = changes(store, &ada, second.revision, 10).await;
    let links: Vec<_> = told
        .changes
        .iter()
        .map(|change| match change {
            StoredChange::Link(link) => link.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(links.len(), 2, "each is a change");
    assert!(links.contains(&now) && links.iter().all(|link| link.listed));
    assert_eq!(store.list_link(&ada, &second.slug, true, None).await.unwrap(), now, "nothing to do");
    assert_eq!(store.user(&ada).await.unwrap().revision, told.newest);
    let third = store.create_link(&ada, node.id, Some(Slug::generate())).await.unwrap().link;
    assert!(third.listed, "as the others are");
    assert_eq!(store.link(&ada, &third.slug).await.unwrap(), third);

    let entries = all(store, None, 50).await;
    assert_eq!(entries.iter().map(|entry| &entry.slug).collect::<Vec<_>>(), [&first.slug]);
    assert!(!store.list_link(&ada, &third.slug, false, None).await.unwrap().listed);
    assert!(all(store, None, 50).await.is_empty());
    assert!(!store.link(&ada, &first.slug).await.unwrap().listed);
}

/// What is taken out, ended, in the trash by itself or with a folder above it, or deleted for ever, is gone at once.
/// What comes out of the trash is as it was.
pub async fn the_catalogue_has_what_is_listed_lives_and_nothing_else(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let outer = folder(store, &ada, None, "outer").await;
    let inner = folder(store, &ada, Some(outer.id), "inner").await;
    let deep = file(store, &ada, Some(inner.id), "deep.txt").await;
    let plain = file(store, &ada, None, "plain.txt").await;
    store.create_link(&ada, plain.id, None).await.unwrap();
    assert!(names(store, None).await.is_empty(), "a link alone lists nothing");
    let slug = listed(store, &ada, &deep).await.slug;
    assert_eq!(names(store, None).await, ["deep.txt"]);
    for node in [outer.id, inner.id, deep.id] {
        store.trash_node(&ada, node, None).await.unwrap();
        assert!(names(store, None).await.is_empty());
        let in_the_trash = store.list_link(&ada, &slug, true, None).await;
        assert!(
            matches!(in_the_trash, Err(MetadataError::NotFound)),
            "nobody is surprised when it comes back"
        );
        store.restore_node(&ada, node, None).await.unwrap();
        assert_eq!(names(store, None).await, ["deep.txt"]);
    }
    store.end_link(&ada, &slug).await.unwrap();
    assert!(names(store, None).await.is_empty());
    let ended = store.list_link(&ada, &slug, true, None).await;
    assert!(matches!(ended, Err(MetadataError::LinkEnded)));
    assert!(matches!(store.list_link(&ada, &slug, false, None).await, Err(MetadataError::LinkEnded)));
    assert!(!store.create_link(&ada, deep.id, None).await.unwrap().link.listed, "the next link is another");

    listed(store, &ada, &plain).await;
    store.trash_node(&ada, plain.id, None).await.unwrap();
    store.delete_node(&ada, plain.id).await.unwrap();
    assert!(names(store, None).await.is_empty());
    listed(store, &ada, &deep).await;
    store.erase_user(&ada).await.unwrap();
    assert!(names(store, None).await.is_empty());
}

/// The beginning of a description, and never the e-mail address of one who has no other name.
pub async fn the_catalogue_tells_what_a_stranger_may_know(store: &dyn MetadataStore) {
    let ada = user(store, "Ada").await;
    let node = file(store, &ada, None, "a.txt").await;
    let description = Some("\u{e9}".repeat(4000));
    let patch = NodePatch { description, tags: Some(vec!["secret".into()]), ..NodePatch::default() };
    store.edit_node(&ada, node.id, &patch, None).await.unwrap();
    let link = listed(store, &ada, &node).await;
    let profile = Profile {
        id: UserId("nameless".into()),
        name: "eve@example.org".into(),
        email: Some("eve@example.org".into()),
    };
    let eve = store.ensure_user(&profile, QUOTA).await.unwrap().id;
    let nameless = listed(store, &eve, &file(store, &eve, None, "b.txt").await).await;

    let entries = all(store, None, 1).await;
    let [theirs, entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((&entry.slug, entry.name.as_str(), entry.owner_name.as_str()), (&link.slug, "a.txt", "Ada"));
    assert_eq!((entry.size.get(), entry.content_type.as_str()), (100, "text/plain"));
    assert_eq!(entry.description, "\u{e9}".repeat(300));
    assert_eq!(theirs.owner_name, "");
    let opened = store.open_link(&nameless.slug).await.unwrap();
    assert!(matches!(&opened, OpenedLink::File { owner_name, .. } if owner_name.is_empty()), "{opened:?}");
}

/// By any part of a word, all words in any order; a file that was renamed is found by its new name alone.
pub async fn the_catalogue_finds_names_without_case_and_accents_by_their_newest_form(
    store: &dyn MetadataStore,
) {
    let ada = user(store, "ada").await;
    let node = file(store, &ada, None, "R\u{e9}sum\u{e9} M\u{fc}ller.pdf").await;
    listed(store, &ada, &node).await;
    listed(store, &ada, &file(store, &ada, None, "other.txt").await).await;
    for text in ["resume", "MU\u{308}LLER", "ller sum", "  pdf  ", "m\u{fc}l R\u{c9}S"] {
        assert_eq!(names(store, Some(text)).await.len(), 1, "{text}");
    }
    for text in ["resumee", "muller.txt", "pdf other", "%", "_", "*"] {
        assert!(names(store, Some(text)).await.is_empty(), "{text}");
    }
    assert_eq!(names(store, Some(" ")).await.len(), 2, "no words are no search");
    let patch = NodePatch { name: Some(name("Vita.pdf")), ..NodePatch::default() };
    store.edit_node(&ada, node.id, &patch, None).await.unwrap();
    assert!(names(store, Some("resume")).await.is_empty());
    assert_eq!(names(store, Some("vita")).await, ["Vita.pdf"]);

    // Its name is taken when it comes back: it is found by the one that it gets.
    store.trash_node(&ada, node.id, None).await.unwrap();
    file(store, &ada, None, "Vita.pdf").await;
    store.restore_node(&ada, node.id, None).await.unwrap();
    assert_eq!(names(store, Some("(2)")).await, ["Vita (2).pdf"]);
}

/// What was listed last comes first, also of those that were listed in the same moment; what is listed while
/// somebody reads is not in the way.
pub async fn pages_of_the_catalogue_have_no_gaps_and_no_repeats_while_it_grows(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    for number in 0..7 {
        listed(store, &ada, &file(store, &ada, None, &format!("{number}.txt")).await).await;
    }
    let before = all(store, None, 50).await;
    let in_order =
        |pair: &[CatalogueEntry]| (pair[0].listed_at, &pair[0].slug) > (pair[1].listed_at, &pair[1].slug);
    assert!(before.len() == 7 && before.windows(2).all(in_order));
    let page = async |cursor: Option<Cursor>| {
        store.catalogue(&CatalogueQuery { cursor, limit: Some(3), search: None }).await.unwrap()
    };
    let first = page(None).await;
    listed(store, &ada, &file(store, &ada, None, "late.txt").await).await;
    let second = page(first.next).await;
    let third = page(second.next).await;
    assert_eq!([first.items, second.items, third.items].concat(), before);
    assert_eq!(third.next, None);
    assert_eq!(names(store, None).await.len(), 8);
    for cursor in ["", "zz", "6e6f7065", "31206e6f"] {
        let query = CatalogueQuery { cursor: Some(Cursor(cursor.into())), ..CatalogueQuery::default() };
        assert!(matches!(store.catalogue(&query).await, Err(MetadataError::BadCursor)), "{cursor}");
    }
}

/// However many there are, a page looks at 1,000; a search for what is behind them comes to it in pages.
pub async fn a_search_of_the_catalogue_goes_on_where_a_page_stopped_looking(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let needle = file(store, &ada, None, "needle.txt").await;
    listed(store, &ada, &needle).await;
    let hay = file(store, &ada, None, "hay.txt").await;
    let mut slug = None;
    // All are links of one file, which is one entry.
    for _ in 0..1001 {
        slug = Some(store.create_link(&ada, hay.id, Some(Slug::generate())).await.unwrap().link.slug);
    }
    store.list_link(&ada, &slug.unwrap(), true, None).await.unwrap();
    let query = CatalogueQuery { search: Some("needle".into()), ..CatalogueQuery::default() };
    let first = store.catalogue(&query).await.unwrap();
    assert!(first.items.is_empty() && first.next.is_some(), "a page has a bound");
    let second = store.catalogue(&CatalogueQuery { cursor: first.next, ..query }).await.unwrap();
    assert_eq!((second.items.len(), second.next), (1, None));
    assert_eq!(names(store, Some("hay")).await, ["hay.txt"]);
}
