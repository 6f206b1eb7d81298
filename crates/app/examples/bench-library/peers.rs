//! What SQLite does with the same names by itself: `ORDER BY … LIMIT … OFFSET` for ranges, FTS5 with trigrams for
//! searches.

use std::path::Path;
use std::time::{Duration, Instant};

use notespot_protocol::window::ViewSort;
use rusqlite::{Connection, OpenFlags};

use crate::figures::{Draw, Figures};

/// Fewer than of ours: far from the beginning, each reads all rows before it.
const DRAWS: u32 = 5;
const TRIGRAMS: &str = "\
    CREATE VIRTUAL TABLE names USING fts5(name, content='', tokenize='trigram', columnsize=0);
    INSERT INTO names (rowid, name) SELECT number, name FROM library.nodes;";

pub(crate) struct Peer(Connection);

impl Peer {
    /// The library, to read. What is made of it is in memory.
    pub(crate) fn open(library: &Path) -> Self {
        let flags =
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_URI;
        let connection = Connection::open_with_flags(":memory:", flags).unwrap();
        let library = format!("file:{}?mode=ro", library.to_str().unwrap());
        connection.execute("ATTACH ?1 AS library", [library]).unwrap();
        Self(connection)
    }

    /// Drawn ranges of everything.
    pub(crate) fn ranges(&self, sort: ViewSort, total: u32, draw: &mut Draw) -> Vec<Duration> {
        let column = if sort == ViewSort::Size { "size" } else { "sort_key" };
        let mut select = self
            .0
            .prepare(&format!("SELECT * FROM library.nodes ORDER BY {column}, number LIMIT 100 OFFSET ?1"))
            .unwrap();
        let mut took = Vec::new();
        for _ in 0..DRAWS {
            let began = Instant::now();
            let mut rows = select.query([draw.below(total)]).unwrap();
            while rows.next().unwrap().is_some() {}
            took.push(began.elapsed());
        }
        took
    }

    pub(crate) fn index_trigrams(&self, figures: &mut Figures) {
        let began = Instant::now();
        self.0.execute_batch(TRIGRAMS).unwrap();
        figures.add_time("peer.indexed_ms", began.elapsed());
        let bytes = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
        let bytes: f64 = self.0.query_row(bytes, [], |row| row.get(0)).unwrap();
        figures.add("peer.index_mib", bytes / 1_048_576.0);
    }

    /// The hundred best.
    pub(crate) fn search(&self, text: &str) -> Duration {
        let began = Instant::now();
        let select = "SELECT rowid FROM names WHERE names MATCH ?1 ORDER BY rank LIMIT 100";
        let mut select = self.0.prepare_cached(select).unwrap();
        let mut rows = select.query([format!("\"{text}\"")]).unwrap();
        while rows.next().unwrap().is_some() {}
        began.elapsed()
    }
}
