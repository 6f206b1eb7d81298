//! What a person types into the search box: words, and filters such as `kind:pdf`, `size:>10mb`, `date:2026-11`.

use std::ops::Range;

use jiff::civil::Date;
use jiff::{ToSpan as _, ZonedDateTime};
use notespot_protocol::folded;

use super::index::FileKind;

/// What is looked for. Everything has to hold.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Search {
    /// Folded; each has to be somewhere in name, description or tags.
    pub(super) words: Vec<Vec<u8>>,
    pub(super) filters: Vec<Filter>,
}

/// One condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Filter {
    /// One of these.
    Kinds(Vec<Kind>),
    /// Files whose bytes are within.
    Size(Range<u64>),
    /// Changed within: milliseconds since 1970.
    Modified(Range<i64>),
    Linked(bool),
    /// A file that can be opened without a network; a folder that is kept so.
    Offline(bool),
    /// Has this tag; folded.
    Tag(Vec<u8>),
}

/// A kind of node.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Folder,
    File,
    Of(FileKind),
    /// Files whose folded name ends with this: `.rs`.
    Ending(Vec<u8>),
}

impl Search {
    /// Reads what was typed, at a moment that `date:today` is meant by. What is no filter that can be understood is
    /// a word: names may hold colons.
    pub(super) fn parse(text: &str, now: &ZonedDateTime) -> Self {
        let mut search = Self::default();
        for Word { text, is_quoted } in words(text) {
            let filter = text.split_once(':').filter(|_| !is_quoted);
            match filter.and_then(|(key, value)| filter_of(&key.to_lowercase(), value, now)) {
                Some(filter) => search.filters.push(filter),
                None => search.words.push(folded(&text)),
            }
        }
        search.words.retain(|word| !word.is_empty());
        search
    }
}

struct Word {
    text: String,
    is_quoted: bool,
}

/// Words between spaces; what stands between quotation marks is one word.
fn words(text: &str) -> Vec<Word> {
    let mut words = vec![Word { text: String::new(), is_quoted: false }];
    let mut is_inside = false;
    for letter in text.chars() {
        let is_break = letter.is_whitespace() && !is_inside;
        match (letter, words.last_mut()) {
            ('"', Some(word)) => {
                is_inside = !is_inside;
                word.is_quoted |= word.text.is_empty();
            }
            (_, Some(word)) if !is_break => word.text.push(letter),
            _ => words.push(Word { text: String::new(), is_quoted: false }),
        }
    }
    words.retain(|word| !word.text.is_empty());
    words
}

fn filter_of(key: &str, value: &str, now: &ZonedDateTime) -> Option<Filter> {
    let lower = value.to_lowercase();
    match key {
        "kind" | "type" => {
            let kinds: Vec<_> = lower.split(',').filter(|word| !word.is_empty()).map(kind_of).collect();
            (!kinds.is_empty()).then_some(Filter::Kinds(kinds))
        }
        "size" => size_range(&lower).map(Filter::Size),
        "date" | "modified" => date_range(&lower, now).map(Filter::Modified),
        "link" | "shared" => yes_or_no(&lower).map(Filter::Linked),
        "offline" => yes_or_no(&lower).map(Filter::Offline),
        "is" => (lower == "offline").then_some(Filter::Offline(true)),
        "tag" => (!value.is_empty()).then(|| Filter::Tag(folded(value))),
        _ => None,
    }
}

fn kind_of(word: &str) -> Kind {
    match word {
        "folder" | "folders" => Kind::Folder,
        "file" | "files" => Kind::File,
        _ => FileKind::called(word)
            .map_or_else(|| Kind::Ending(folded(&format!(".{}", word.trim_start_matches('.')))), Kind::Of),
    }
}

fn yes_or_no(word: &str) -> Option<bool> {
    match word {
        "yes" | "true" | "1" => Some(true),
        "no" | "false" | "0" => Some(false),
        _ => None,
    }
}

/// `>10mb`, `<1gb`, `1mb..5mb`, and `10mb` for about that: within a tenth.
fn size_range(text: &str) -> Option<Range<u64>> {
    if let Some((from, to)) = text.split_once("..") {
        return Some(bytes(from)?..bytes(to)?.saturating_add(1));
    }
    let (sign, number) = comparison(text);
    let bytes = bytes(number)?;
    Some(match sign {
        ">" => bytes.saturating_add(1)..u64::MAX,
        ">=" => bytes..u64::MAX,
        "<" => 0..bytes,
        "<=" => 0..bytes.saturating_add(1),
        _ => bytes - bytes / 10..bytes.saturating_add(bytes / 10).saturating_add(1),
    })
}

/// As sizes are shown: a kilobyte is 1,000 bytes.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float is cut at the ends of u64"
)]
fn bytes(text: &str) -> Option<u64> {
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = match unit {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "t" | "tb" => 1e12,
        _ => return None,
    };
    let number: f64 = number.trim().replace(',', ".").parse().ok()?;
    (number >= 0.0).then_some((number * factor) as u64)
}

/// `2026`, `2026-11`, `2026-11-27`, `today`, `yesterday`, `week` and `month` for the last 7 and 30 days; `>` and `<`
/// before a date, and `2026-01..2026-03`. In the time zone of `now`.
fn date_range(text: &str, now: &ZonedDateTime) -> Option<Range<i64>> {
    let today = now.date();
    let days = |first: Date, after: Date| Some(start_of(first, now)?..start_of(after, now)?);
    let tomorrow = today.tomorrow().ok()?;
    match text {
        "today" => return days(today, tomorrow),
        "yesterday" => return days(today.yesterday().ok()?, today),
        "week" => return days(today.checked_sub(6.days()).ok()?, tomorrow),
        "month" => return days(today.checked_sub(29.days()).ok()?, tomorrow),
        _ => {}
    }
    if let Some((from, to)) = text.split_once("..") {
        return days(period(from)?.0, period(to)?.1);
    }
    let (sign, date) = comparison(text);
    let (first, after) = period(date)?;
    Some(match sign {
        ">" => start_of(after, now)?..i64::MAX,
        ">=" => start_of(first, now)?..i64::MAX,
        "<" => i64::MIN..start_of(first, now)?,
        "<=" => i64::MIN..start_of(after, now)?,
        _ => return days(first, after),
    })
}

/// The first day of a year, a month or a day, and the one after its last.
fn period(text: &str) -> Option<(Date, Date)> {
    let mut numbers = text.split('-').map(|number| number.parse::<i16>().ok());
    let year = numbers.next()??;
    let month = numbers.next().map_or(Some(None), |month| month.map(Some))?;
    let day = numbers.next().map_or(Some(None), |day| day.map(Some))?;
    if numbers.next().is_some() {
        return None;
    }
    let small = |number: i16| i8::try_from(number).ok();
    let date = |month, day| Date::new(year, month, day).ok();
    let (first, span) = match (month, day) {
        (None, _) => (date(1, 1)?, 1.year()),
        (Some(month), None) => (date(small(month)?, 1)?, 1.month()),
        (Some(month), Some(day)) => (date(small(month)?, small(day)?)?, 1.day()),
    };
    Some((first, first.checked_add(span).ok()?))
}

fn start_of(date: Date, now: &ZonedDateTime) -> Option<i64> {
    Some(date.to_zoned_datetime(now.time_zone().clone()).ok()?.timestamp().as_millisecond())
}

fn comparison(text: &str) -> (&str, &str) {
    let rest = text.trim_start_matches(['<', '>', '=']);
    let (sign, rest) = text.split_at(text.len() - rest.len());
    (sign, rest)
}

#[cfg(test)]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Search {
        Search::parse(text, &"2026-11-27T10:00[Europe/Berlin]".parse().unwrap())
    }

    fn filter(text: &str) -> Filter {
        let search = parsed(text);
        assert!(search.words.is_empty(), "{search:?}");
        search.filters[0].clone()
    }

    #[test]
    fn words_are_folded_and_what_is_quoted_stays_together() {
        let search = parsed("  Annual \"R\u{e9}port  2026\" x");
        assert_eq!(search.words, [b"annual".to_vec(), b"report  2026".to_vec(), b"x".to_vec()]);
        assert!(parsed(" \"\" ").words.is_empty());
    }

    #[test]
    fn what_is_no_filter_is_a_word() {
        for text in
            ["10:30", "size:large", "kind:", "date:2026-13", "link:perhaps", "is:it", "\"kind:pdf\"", "a:b:c"]
        {
            let search = parsed(text);
            assert!(search.filters.is_empty() && search.words.len() == 1, "{text}: {search:?}");
        }
    }

    #[test]
    fn kinds_are_words_or_endings() {
        let kinds = vec![Kind::Of(FileKind::Pdf), Kind::Folder, Kind::Ending(b".rs".to_vec())];
        assert_eq!(filter("kind:PDF,folder,.rs"), Filter::Kinds(kinds));
        assert_eq!(filter("type:photos"), Filter::Kinds(vec![Kind::Of(FileKind::Image)]));
    }

    #[test]
    fn sizes_are_counted_as_they_are_shown() {
        assert_eq!(filter("size:>10mb"), Filter::Size(10_000_001..u64::MAX));
        assert_eq!(filter("SIZE:<=1.5GB"), Filter::Size(0..1_500_000_001));
        assert_eq!(filter("size:1kb..2,5kb"), Filter::Size(1_000..2_501));
        assert_eq!(filter("size:100b"), Filter::Size(90..111));
        assert_eq!(filter("size:0"), Filter::Size(0..1));
    }

    #[test]
    fn days_begin_where_the_person_is() {
        let midnight = |text: &str| text.parse::<ZonedDateTime>().unwrap().timestamp().as_millisecond();
        let november = midnight("2026-11-01T00:00[Europe/Berlin]");
        let december = midnight("2026-12-01T00:00[Europe/Berlin]");
        assert_eq!(filter("date:2026-11"), Filter::Modified(november..december));
        assert_eq!(filter("date:<2026-11"), Filter::Modified(i64::MIN..november));
        assert_eq!(filter("modified:>2026-11"), Filter::Modified(december..i64::MAX));
        let today = midnight("2026-11-27T00:00[Europe/Berlin]");
        assert_eq!(filter("date:today"), Filter::Modified(today..today + 86_400_000));
        assert_eq!(filter("date:week"), Filter::Modified(today - 6 * 86_400_000..today + 86_400_000));
        assert!(matches!(filter("date:2025..2026"), Filter::Modified(range) if range.contains(&november)));
    }

    #[test]
    fn flags_and_tags() {
        assert_eq!(filter("link:yes"), Filter::Linked(true));
        assert_eq!(filter("shared:no"), Filter::Linked(false));
        assert_eq!(filter("is:Offline"), Filter::Offline(true));
        assert_eq!(filter("offline:no"), Filter::Offline(false));
        assert_eq!(filter("tag:\"Gr\u{fc}ne Woche\""), Filter::Tag(b"grune woche".to_vec()));
    }
}
