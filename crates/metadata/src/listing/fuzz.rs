//! Cursors that were not made here, or not for this list.

use notespot_protocol::{
    ByteCount, Content, NodeId, NodeKind, NodeName, Revision, Sha256, Timestamp, VersionId,
};
use notespot_testkit::{cases, damaged, damaged_text};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

fn node(size: u64, millis: i64) -> Node {
    let at = Timestamp::from_millis(millis);
    let content = Content {
        version: VersionId::generate(),
        size: ByteCount(size),
        content_type: "text/plain".to_owned(),
        sha256: Sha256::from_bytes([7; 32]),
        uploaded_at: at,
    };
    Node {
        id: NodeId::generate(),
        parent: None,
        kind: NodeKind::File,
        name: NodeName::new("a").unwrap(),
        description: String::new(),
        tags: Vec::new(),
        content: Some(content),
        created_at: at,
        modified_at: at,
        trashed_at: None,
        revision: Revision(1),
    }
}

fn query() -> impl Strategy<Value = NodesQuery> {
    let views = select(vec![NodesView::Folder, NodesView::Recent, NodesView::Trash, NodesView::Search]);
    let sorts = select(vec![SortKey::Name, SortKey::Size, SortKey::Modified]);
    let orders = select(vec![Order::Ascending, Order::Descending]);
    let texts = prop::option::of("[a\" ]{0,3}");
    (views, sorts, orders, texts, any::<Option<u32>>()).prop_map(|(view, sort, order, text, limit)| {
        NodesQuery { view, sort, order, text, limit, ..NodesQuery::default() }
    })
}

fn position_in(query: &NodesQuery, cursor: Cursor) -> Result<Position> {
    let query = NodesQuery { cursor: Some(cursor), ..query.clone() };
    let owner = UserId("ada".to_owned());
    List::new(&owner, &query).after().map(|position| position.unwrap())
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn a_cursor_names_the_row_behind_which_it_was_made_in_its_own_list(
        query in query(), other in query(), size in 0..1_u64 << 53, millis in any::<i64>(), sort_key in "\\PC{0,20}",
    ) {
        let (owner, node) = (UserId("ada".to_owned()), node(size, millis));
        let list = List::new(&owner, &query);
        prop_assert!((1..=1000).contains(&list.limit()));
        let cursor = list.cursor(&node, &sort_key).unwrap();
        let position = position_in(&query, cursor.clone()).unwrap();
        prop_assert_eq!(position.id().unwrap(), node.id.0.as_bytes());
        match (list.sort, &position.key) {
            (SortKey::Name, Key::Text(text)) => prop_assert_eq!(text, &sort_key),
            (SortKey::Size, Key::Number(number)) => prop_assert_eq!(*number, i64::try_from(size).unwrap()),
            (SortKey::Modified, Key::Number(number)) => prop_assert_eq!(*number, node.modified_at.as_millis()),
            _ => prop_assert!(false, "a key of another kind"),
        }
        let same = List::new(&owner, &other).name() == list.name();
        prop_assert_eq!(position_in(&other, cursor).is_ok(), same);
    }

    #[test]
    fn noise_is_no_cursor(query in query(), noise in prop::collection::vec(any::<u8>(), 0..40)) {
        for cursor in [hex::encode(&noise), String::from_utf8_lossy(&noise).into_owned()] {
            prop_assert!(matches!(position_in(&query, Cursor(cursor)), Err(MetadataError::BadCursor)));
        }
    }

    #[test]
    fn a_damaged_cursor_is_refused_or_a_place_in_its_list(
        json in damaged(Just(br#"{"list":"Folder None None Name Ascending","kind":2,"key":"a","id":"0198a0e87f1c7a308b450242ac120002"}"#.to_vec())),
        text in damaged_text(Just(hex::encode(r#"{"list":"Folder None None Name Ascending","kind":2,"key":"a","id":"00"}"#))),
    ) {
        let query = NodesQuery::default();
        for cursor in [hex::encode(json), text] {
            match position_in(&query, Cursor(cursor)) {
                Ok(position) => prop_assert!(matches!(position.key, Key::Text(_)) && position.list.starts_with("Folder None None Name")),
                Err(error) => prop_assert!(matches!(error, MetadataError::BadCursor)),
            }
        }
    }
}
