//! What has to be met.

use super::super::library::bars::Bar;

/// Something that has to be met.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged {
    pub(super) figure: &'static str,
    pub(super) words: &'static str,
    pub(super) unit: &'static str,
    pub(super) bar: Bar,
}

const fn judged(figure: &'static str, words: &'static str, unit: &'static str, bar: Bar) -> Judged {
    Judged { figure, words, unit, bar }
}

const fn growth(figure: &'static str, words: &'static str) -> Judged {
    judged(figure, words, "×", Bar::Most(1.5))
}

pub(super) const BARS: [Judged; 14] = [
    judged(
        "ratio.express.list.rps",
        "list of 200 of 100,000: requests/s, against Express",
        "×",
        Bar::Least(4.0),
    ),
    judged("ratio.express.get.rps", "one node: requests/s, against Express", "×", Bar::Least(5.0)),
    judged(
        "ratio.express.list.cpu_us",
        "list of 200 of 100,000: CPU a request, against Express",
        "×",
        Bar::Most(0.2),
    ),
    judged("ratio.express.get.cpu_us", "one node: CPU a request, against Express", "×", Bar::Most(0.2)),
    growth(
        "growth.list.p99_ms",
        "list of 200: p99 with 1 million nodes of 1,000 owners, against 10 thousand",
    ),
    growth("growth.get.p99_ms", "one node: the same"),
    growth("growth.link.p99_ms", "the page of a link: the same"),
    growth("growth.changes.p99_ms", "a page of 200 changes: the same"),
    growth("growth.plan.p99_ms", "100 uploads are planned: the same"),
    growth("growth.complete.p99_ms", "100 uploads are completed: the same"),
    judged("streams.told", "10,000 event streams: told of a revision", "", Bar::Least(10_000.0)),
    judged("streams.mib", "10,000 event streams: memory of the server (300 MB)", "MiB", Bar::Most(286.0)),
    judged("soak.rps", "a mix of calls for ten minutes: requests/s", "", Bar::Least(500.0)),
    judged("soak.own_slope", "meanwhile: growth of memory in ten minutes", "MiB", Bar::Most(2.0)),
];
