//! What has to be met, and what is told beside it.

/// A limit for the median over all rounds.
#[derive(Clone, Copy, Debug)]
pub(in crate::bench) enum Bar {
    Most(f64),
    Least(f64),
}

impl Bar {
    pub(in crate::bench) fn is_met(self, median: f64) -> bool {
        match self {
            Self::Most(most) => median <= most,
            Self::Least(least) => median >= least,
        }
    }
}

/// Something that has to be met at the largest size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged {
    pub(super) figure: &'static str,
    pub(super) words: &'static str,
    pub(super) unit: &'static str,
    pub(super) bar: Bar,
}

const fn most(figure: &'static str, words: &'static str, unit: &'static str, most: f64) -> Judged {
    Judged { figure, words, unit, bar: Bar::Most(most) }
}

/// How much longer the first rows take than in the smallest library: worked out from `open.first_rows_ms`.
pub(super) const FIRST_ROWS_RATIO: &str = "open.first_rows_ratio";

pub(super) const BARS: [Judged; 29] = [
    most(FIRST_ROWS_RATIO, "open the app: first rows, against the smallest library", "×", 1.2),
    most("open.first_view_ms", "open the app: the first view is answered", "ms", 50.0),
    most("lists.slowest_ms", "open a view or change its sort: the slowest of seven", "ms", 150.0),
    most("ranges.name.p99", "a range of 100 rows anywhere, by name, p99", "ms", 2.0),
    most("ranges.size.p99", "a range of 100 rows anywhere, by size, p99", "ms", 2.0),
    most("search.selective.p99", "search as you type: a selective word, first 100 hits, p99", "ms", 30.0),
    most("search.tenth.p99", "search as you type: a word of a tenth of everything, p99", "ms", 100.0),
    Judged { figure: "fill.rows_per_second", words: "first fill", unit: "rows/s", bar: Bar::Least(40_000.0) },
    most("fill.peak_mib", "first fill: peak memory of the app's process (150 MB)", "MiB", 143.0),
    most("fill.view_ms.p99", "first fill: a view is opened meanwhile, p99", "ms", 150.0),
    most("changes.thousand_ms", "1,000 changes, from the server's word to the window's", "ms", 100.0),
    most("changes.repaints", "1,000 changes: repaints", "", 1.0),
    most("server.name ascending, first.ratio", "a page of 200: by name, the first", "×", 1.3),
    most("server.name ascending, deep.ratio", "a page of 200: by name, anywhere", "×", 1.3),
    most("server.name descending, first.ratio", "a page of 200: by name turned, the first", "×", 1.3),
    most("server.name descending, deep.ratio", "a page of 200: by name turned, anywhere", "×", 1.3),
    most("server.size ascending, first.ratio", "a page of 200: by size, the first", "×", 1.3),
    most("server.size ascending, deep.ratio", "a page of 200: by size, anywhere", "×", 1.3),
    most("server.size descending, first.ratio", "a page of 200: by size turned, the first", "×", 1.3),
    most("server.size descending, deep.ratio", "a page of 200: by size turned, anywhere", "×", 1.3),
    most("server.modified ascending, first.ratio", "a page of 200: by time, the first", "×", 1.3),
    most("server.modified ascending, deep.ratio", "a page of 200: by time, anywhere", "×", 1.3),
    most("server.modified descending, first.ratio", "a page of 200: by time turned, the first", "×", 1.3),
    most("server.modified descending, deep.ratio", "a page of 200: by time turned, anywhere", "×", 1.3),
    most("server.changes.ratio", "a page of 200 changes, anywhere", "×", 1.3),
    most("frames.wheel.own_p99_ms", "scrolling by wheel: our own code in a frame, p99", "ms", 4.0),
    most("frames.keys.own_p99_ms", "scrolling by page keys: our own code in a frame, p99", "ms", 4.0),
    most("frames.thumb.own_p99_ms", "dragging the thumb: our own code in a frame, p99", "ms", 4.0),
    most("frames.last_row_missing", "rows that cannot be scrolled to", "", 0.0),
];

/// Ours beside a named peer on the same names in the same run.
pub(super) const PEERS: [(&str, &str, &str); 5] = [
    ("range by name, p99: SQLite's ORDER BY … LIMIT … OFFSET", "ranges.name.p99", "peer.range by name.p99"),
    ("range by size, p99: SQLite's ORDER BY … LIMIT … OFFSET", "ranges.size.p99", "peer.range by size.p99"),
    ("a selective word, p99: SQLite's FTS5, trigrams", "search.selective.p99", "peer.selective.p99"),
    ("a selective word, p50: SQLite's FTS5, trigrams", "search.selective.p50", "peer.selective.p50"),
    ("a word of a tenth, p50: SQLite's FTS5, trigrams", "search.tenth.p50", "peer.tenth.p50"),
];
