//! How SQLite answers each statement.
//!
//! Every case of the suite runs once while all statements are noted; each is then explained. None may
//! read a whole table or index, and none may sort: a page costs the same in a library of any size.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use notespot_metadata::sqlite::SqliteMetadata;
use sqlx::{AssertSqlSafe, Row as _, SqlitePool};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// The statements that may, and why.
const EXCEPTIONS: [(&str, &str); 6] = [
    ("FROM sqlite_schema", "asks at the start whether the file can be read"),
    ("EXISTS (SELECT 1 FROM accounts)", "stops at the first row"),
    ("DELETE FROM users", "erases a user: whatever is the user's goes"),
    ("INTO orphans (object_key, multipart_id, due_at, ends_at) SELECT", "the same"),
    ("INSERT INTO users", "explained as if the row were replaced, with all that belongs to it"),
    ("IS NOT NULL) ORDER BY n.size", "a search by size: it reads all names, and sorts those that it found"),
];

/// What a recursive walk along a tree reads, and a page's rows that were found before. The others hold values that came
/// with the statement.
const WALKED: [&str; 11] =
    ["a", "above", "up", "down", "walk", "found", "became", "copied", "ending", "gone", "wanted"];

macro_rules! run_each {
    ($($case:ident,)*) => {
        $({
            let folder = tempfile::tempdir().unwrap();
            let store = SqliteMetadata::open(&folder.path().join("metadata.db")).await.unwrap();
            notespot_metadata::conformance::$case(&store).await;
        })*
    };
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_statement_reads_a_whole_table_or_sorts() {
    let statements = Statements::default();
    tracing::subscriber::set_global_default(statements.clone()).unwrap();
    notespot_metadata::for_each_metadata_case!(run_each);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("metadata.db");
    SqliteMetadata::open(&file).await.unwrap().close().await;
    let pool = SqlitePool::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    let noted = statements.0.lock().unwrap().clone();
    let mut explained = 0;
    let mut bad = Vec::new();
    for sql in noted.iter().filter(|sql| is_data(sql)) {
        explained += 1;
        // Nothing is bound: SQLite takes the same plan for any value.
        let plan =
            sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"))).fetch_all(&pool).await.unwrap();
        for step in plan.iter().map(|row| row.get::<String, _>("detail")).filter(|step| is_bad(step)) {
            bad.push(format!("{step}\n    {sql}"));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(explained > 60, "only {explained} statements were noted");
}

fn is_data(sql: &str) -> bool {
    ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].iter().any(|verb| sql.starts_with(verb))
        && !sql.contains("_sqlx_migrations")
        && !EXCEPTIONS.iter().any(|(part, _)| sql.contains(part))
}

fn is_bad(step: &str) -> bool {
    if step.ends_with("VALUES CLAUSE") || step.ends_with("CONSTANT ROW") || step.ends_with("CONSTANT ROWS") {
        return false;
    }
    let scanned = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
    scanned.is_some_and(|what| !WALKED.contains(&what)) || step.contains("TEMP B-TREE") || is_everything(step)
}

/// Whether the step reads everything that an owner has, where a page or a few rows are wanted.
fn is_everything(step: &str) -> bool {
    step.ends_with("(owner=?)") && !step.contains("uploads_open_by_owner") && !step.contains("links_by_owner")
}

/// Notes what sqlx says that it runs (its target is `sqlx::query`), and what is read without it.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<BTreeSet<String>>>);

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        ["sqlx::query", "notespot_metadata::query"].contains(&metadata.target())
    }

    fn event(&self, event: &Event<'_>) {
        let mut statement = Statement::default();
        event.record(&mut statement);
        // A short statement is its own summary.
        let sql = if statement.whole.is_empty() { statement.summary } else { statement.whole };
        self.0.lock().unwrap().insert(sql.trim().to_owned());
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Statement {
    summary: String,
    whole: String,
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.whole),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}
