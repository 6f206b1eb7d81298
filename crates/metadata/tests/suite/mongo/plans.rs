//! How MongoDB answers each query.
//!
//! Every case of the suite runs once while all commands are noted; each kind of find, update and delete is then
//! explained. None may read a whole collection, and none may sort in memory: a page costs the same in a library of
//! any size.
//!
//! The rule of the indexes is applied to the indexes that there are: equalities, then the order, then ranges. On a
//! real MongoDB its own word counts as well. The server of the tests says SORT wherever something has an order, also
//! where an index gives it, and COLLSCAN where it looks an id up, or where a partial index and `$in` meet: what it
//! says is counted and printed, and decides nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use futures_util::TryStreamExt as _;
use mongodb::bson::{Bson, Document, doc};
use mongodb::{Client, Database, IndexModel};
use notespot_metadata::mongodb::MongoMetadata;
use notespot_testkit::MongoDb;

use super::database;

/// The queries that may read everything that there is, and why.
const EXCEPTIONS: [(&str, &str); 3] = [
    ("meta {_id}", "one document"),
    ("accounts {}", "whether there is any account: stops at the first"),
    ("processes {}", "as many as there are servers"),
];

/// Cases that take minutes for their numbers, and ask nothing that others do not.
const FOR_THEIR_NUMBERS: [&str; 3] = [
    "a_deep_tree_is_copied_moved_and_deleted",
    "the_trash_is_emptied_in_steps_and_nothing_else_goes",
    "a_search_of_the_catalogue_goes_on_where_a_page_stopped_looking",
];

/// What a command asks for.
#[derive(Clone)]
struct Query {
    collection: String,
    filter: Document,
    sort: Option<Document>,
    limit: i64,
}

/// By their kind: the collection, the fields with what is asked of them, and the order.
type Noted = Arc<Mutex<BTreeMap<String, Query>>>;

macro_rules! run_each {
    ($noted:expr; $($case:ident,)*) => {
        $(if !FOR_THEIR_NUMBERS.contains(&stringify!($case)) {
            let database = database::Database::new();
            let noted = Arc::clone(&$noted);
            let note = move |command: &Document| note(&noted, command);
            let store = MongoMetadata::open_noting(&database.address(), note).await.unwrap();
            notespot_metadata::conformance::$case(&store).await;
            store.close().await;
        })*
    };
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_query_has_an_index_by_the_rule_and_on_a_real_server_by_its_own_word() {
    let noted = Noted::default();
    notespot_metadata::for_each_metadata_case!(run_each, noted);

    let place = database::Database::new();
    let store = MongoMetadata::open(&place.address()).await.unwrap();
    let database = Client::with_uri_str(place.address()).await.unwrap().database(place.name());
    let noted = noted.lock().unwrap().clone();
    let (mut bad, mut said_to_sort, mut said_to_scan) = (Vec::new(), 0, 0);
    for (kind, query) in &noted {
        if EXCEPTIONS.iter().any(|(exception, _)| exception == kind) {
            continue;
        }
        let stages = explain(&database, query).await;
        let sorts = stages.iter().any(|stage| stage == "SORT");
        let scans = stages.iter().any(|stage| stage == "COLLSCAN");
        (said_to_sort, said_to_scan) = (said_to_sort + usize::from(sorts), said_to_scan + usize::from(scans));
        if (sorts || scans) && MongoDb::is_real() {
            bad.push(format!("{kind}: {}", stages.join(" < ")));
        }
        if !is_served(&database, query).await {
            bad.push(format!("{kind}: no index has its fields and its order"));
        }
    }
    report(noted.len(), said_to_sort, said_to_scan);
    store.close().await;
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(noted.len() > 50, "only {} kinds of queries were noted", noted.len());
}

#[expect(clippy::print_stdout, reason = "nothing of what the server lacks is passed over in silence")]
fn report(noted: usize, said_to_sort: usize, said_to_scan: usize) {
    println!(
        "{noted} kinds of queries; the server says of {said_to_sort} SORT and of {said_to_scan} COLLSCAN"
    );
}

/// Notes what a command asks for, once for each kind.
fn note(noted: &Noted, command: &Document) {
    let collection = |verb: &str| command.get_str(verb).ok().map(str::to_owned);
    let document = |from: &Document, field: &str| from.get_document(field).cloned().unwrap_or_default();
    let mut queries = Vec::new();
    if let Some(collection) = collection("find") {
        let limit = command.get_i64("limit").unwrap_or_default();
        let sort = command.get_document("sort").ok().cloned();
        queries.push(Query { collection, filter: document(command, "filter"), sort, limit });
    }
    if let Some(collection) = collection("findAndModify") {
        queries.push(Query { collection, filter: document(command, "query"), sort: None, limit: 1 });
    }
    if let (Some(collection), Ok(stages)) = (collection("aggregate"), command.get_array("pipeline")) {
        let first = stages.first().and_then(Bson::as_document);
        let filter = first.and_then(|first| first.get_document("$match").ok()).cloned();
        queries.extend(filter.map(|filter| Query { collection, filter, sort: None, limit: 0 }));
    }
    for (verb, many) in [("update", "updates"), ("delete", "deletes")] {
        let Some(collection) = collection(verb) else { continue };
        for one in command.get_array(many).into_iter().flatten().filter_map(Bson::as_document).take(20) {
            let collection = collection.clone();
            queries.push(Query { collection, filter: document(one, "q"), sort: None, limit: 0 });
        }
    }
    let mut noted = noted.lock().unwrap();
    for query in queries {
        noted.entry(kind(&query)).or_insert(query);
    }
}

fn kind(query: &Query) -> String {
    let asked = |(field, condition): (&String, &Bson)| match condition.as_document() {
        Some(condition) if condition.keys().any(|key| key.starts_with('$')) => {
            format!("{field}:{}", condition.keys().cloned().collect::<Vec<_>>().join("+"))
        }
        _ => field.clone(),
    };
    let fields: Vec<_> = query.filter.iter().map(asked).collect();
    let order: Vec<_> =
        query.sort.iter().flatten().map(|(field, direction)| format!("{field} {direction}")).collect();
    let order = if order.is_empty() { String::new() } else { format!(" by {}", order.join(", ")) };
    format!("{} {{{}}}{order}", query.collection, fields.join(", "))
}

/// The stages of the plan that the server chooses, from the last.
async fn explain(database: &Database, query: &Query) -> Vec<String> {
    let mut find = doc! { "find": &query.collection, "filter": query.filter.clone(), "limit": query.limit };
    if let Some(sort) = &query.sort {
        find.insert("sort", sort.clone());
    }
    let explain = doc! { "explain": find, "verbosity": "queryPlanner" };
    let explained = database.run_command(explain).await.unwrap();
    let plan = explained.get_document("queryPlanner").unwrap().get_document("winningPlan").unwrap();
    let mut stages = Vec::new();
    gather(&Bson::Document(plan.clone()), &mut stages);
    assert!(!stages.is_empty(), "{explained}");
    stages
}

fn gather(plan: &Bson, stages: &mut Vec<String>) {
    match plan {
        Bson::Document(plan) => {
            stages.extend(plan.get_str("stage").ok().map(str::to_owned));
            plan.iter().filter(|(field, _)| *field != "filter").for_each(|(_, value)| gather(value, stages));
        }
        Bson::Array(plans) => plans.iter().for_each(|plan| gather(plan, stages)),
        _ => {}
    }
}

/// Whether an index begins with fields that are asked to be equal, and goes on in the order that is asked for.
async fn is_served(database: &Database, query: &Query) -> bool {
    let collection = database.collection::<Document>(&query.collection);
    let indexes: Vec<IndexModel> = collection.list_indexes().await.unwrap().try_collect().await.unwrap();
    indexes.iter().any(|index| serves(index, query))
}

fn serves(index: &IndexModel, query: &Query) -> bool {
    let partial = index.options.as_ref().and_then(|options| options.partial_filter_expression.as_ref());
    let holds_all = |(field, condition): (&String, &Bson)| match query.filter.get(field) {
        Some(asked) => asked == condition || condition.as_document().is_some_and(|_| asked != &Bson::Null),
        None => false,
    };
    if !partial.is_none_or(|partial| partial.iter().all(holds_all)) {
        return false;
    }
    let is_equal = |field: &str| match query.filter.get(field) {
        Some(Bson::Document(condition)) => condition.keys().all(|key| ["$eq", "$in"].contains(&key.as_str())),
        asked => asked.is_some(),
    };
    let keys: Vec<&str> = index.keys.keys().map(String::as_str).collect();
    let asked_first = keys.first().is_some_and(|first| query.filter.contains_key(first));
    // What has one value is in any order.
    let order: Vec<&str> = query.sort.iter().flat_map(Document::keys).map(String::as_str).collect();
    let (mut order, mut at) = (order.as_slice(), 0);
    while let Some(wanted) = order.first() {
        match keys.get(at) {
            Some(key) if key == wanted => order = &order[1..],
            Some(key) if is_equal(key) => {}
            _ if is_equal(wanted) => {
                order = &order[1..];
                continue;
            }
            _ => return false,
        }
        at += 1;
    }
    asked_first
}
