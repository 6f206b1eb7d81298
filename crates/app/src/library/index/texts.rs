//! Names, descriptions and tags, one behind the other, as they are searched.

use std::num::NonZero;
use std::ops::Range;

use memchr::memchr;
use memchr::memmem::Finder;
use notespot_protocol::fold;

use super::{Facts, Number};

/// Behind a name. No folded text holds control characters.
const NAME_END: u8 = 1;
/// Behind all texts of a node.
const END: u8 = 2;
const NOWHERE: u32 = u32::MAX;
/// Texts of nodes that changed stay where they were until so many bytes are of no use.
const WASTE_MIN_BYTES: usize = 1 << 20;
/// To look through less than this takes no longer than to begin on another core.
const PART_MIN_BYTES: usize = 2 << 20;
/// Beyond this, memory is what limits it.
const CORES_MAX: usize = 4;

/// All texts. Bound: 4 GiB; what does not fit is not found by its text.
#[derive(Debug, Default)]
pub(super) struct Texts {
    bytes: Vec<u8>,
    /// Where the texts of a node begin, by number.
    starts: Vec<u32>,
    /// The same in the order of the texts, with those that are of no use any more.
    entries: Vec<(u32, Number)>,
    wasted: usize,
}

/// How well something fits what was looked for; less is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// The name is what was looked for.
    WholeName,
    /// The name begins with it.
    NameBegins,
    /// Words of the name begin with it.
    WordsBegin,
    /// It is in the name.
    InName,
    /// It is in description or tags.
    Elsewhere,
}

impl Texts {
    pub(super) fn put(&mut self, number: Number, facts: &Facts<'_>) {
        let start = self.bytes.len();
        let before = self.entry(number);
        fold(facts.name, &mut self.bytes);
        self.bytes.push(NAME_END);
        fold(facts.description, &mut self.bytes);
        for tag in facts.tags {
            self.bytes.push(NAME_END);
            fold(tag, &mut self.bytes);
        }
        self.bytes.push(END);
        let Some((old_start, old_end)) = before else { return self.note(number, start) };
        let (old, new) = self.bytes.split_at(start);
        if old[old_start..old_end] == *new {
            self.bytes.truncate(start);
        } else {
            self.wasted += old_end - old_start;
            self.note(number, start);
            self.tidy();
        }
    }

    pub(super) fn remove(&mut self, number: Number) {
        if let Some((start, end)) = self.entry(number) {
            self.wasted += end - start;
            self.starts[number as usize] = NOWHERE;
            self.tidy();
        }
    }

    /// The nodes among those `wanted` whose texts hold all words, with how well they fit, in the order of the texts.
    /// Words are folded, and there is at least one. Large texts are looked through on several cores.
    pub(super) fn find(
        &self,
        words: &[Vec<u8>],
        wanted: impl Fn(Number) -> bool + Sync,
    ) -> Vec<(Fit, Number)> {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get).min(CORES_MAX);
        self.find_in_parts(cores.min(self.bytes.len() / PART_MIN_BYTES), words, wanted)
    }

    fn find_in_parts(
        &self,
        parts: usize,
        words: &[Vec<u8>],
        wanted: impl Fn(Number) -> bool + Sync,
    ) -> Vec<(Fit, Number)> {
        let size = self.entries.len().div_ceil(parts.max(1)).max(1);
        let mut parts = (0..self.entries.len()).step_by(size).map(|first| first..first + size);
        let look = |part| self.find_among(part, words, &wanted);
        let Some(first) = parts.next() else { return Vec::new() };
        std::thread::scope(|scope| {
            let others: Vec<_> = parts.map(|part| scope.spawn(|| look(part))).collect();
            let mut found = look(first);
            for other in others {
                found.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            found
        })
    }

    /// The same among some entries.
    fn find_among(
        &self,
        part: Range<usize>,
        words: &[Vec<u8>],
        wanted: impl Fn(Number) -> bool,
    ) -> Vec<(Fit, Number)> {
        let mut found = Vec::new();
        // The longest is the rarest, most of the time: the others are looked for where it is.
        let Some(longest) = words.iter().max_by_key(|word| word.len()) else { return found };
        let finders: Vec<_> = words.iter().map(Finder::new).collect();
        let longest = Finder::new(longest);
        let begin_of =
            |entry: usize| self.entries.get(entry).map_or(self.bytes.len(), |(start, _)| *start as usize);
        let (mut at, mut entry, end) = (begin_of(part.start), part.start, begin_of(part.end));
        while let Some(hit) = longest.find(&self.bytes[at..end]) {
            let place = at + hit;
            // Hits come in order, so entries need not be searched from the beginning each time.
            entry += self.entries[entry..].partition_point(|(start, _)| *start as usize <= place) - 1;
            let (start, number) = self.entries[entry];
            at = begin_of(entry + 1);
            if self.starts.get(number as usize) == Some(&start) && wanted(number) {
                let texts = &self.bytes[start as usize..at];
                if finders.iter().all(|finder| finder.find(texts).is_some()) {
                    found.push((fit(texts, words, &finders), number));
                }
            }
        }
        found
    }

    /// Whether the name ends with this.
    pub(super) fn name_ends_with(&self, number: Number, ending: &[u8]) -> bool {
        self.name(number).is_some_and(|name| name.ends_with(ending))
    }

    /// Whether one of the tags is this.
    pub(super) fn has_tag(&self, number: Number, tag: &[u8]) -> bool {
        let Some((start, end)) = self.entry(number) else { return false };
        self.bytes[start..end - 1].split(|byte| *byte == NAME_END).skip(2).any(|one| one == tag)
    }

    fn name(&self, number: Number) -> Option<&[u8]> {
        let (start, end) = self.entry(number)?;
        self.bytes[start..end].split(|byte| *byte == NAME_END).next()
    }

    fn entry(&self, number: Number) -> Option<(usize, usize)> {
        let start = *self.starts.get(number as usize).filter(|start| **start != NOWHERE)? as usize;
        let length = memchr(END, &self.bytes[start..])?;
        Some((start, start + length + 1))
    }

    fn note(&mut self, number: Number, start: usize) {
        let place = number as usize;
        if place >= self.starts.len() {
            self.starts.resize(place + 1, NOWHERE);
        }
        match u32::try_from(start) {
            Ok(start) if start != NOWHERE => {
                self.starts[place] = start;
                self.entries.push((start, number));
            }
            _ => {
                self.bytes.truncate(start);
                self.starts[place] = NOWHERE;
            }
        }
    }

    /// Moves texts together when too many bytes are of no use.
    fn tidy(&mut self) {
        if self.wasted < WASTE_MIN_BYTES || self.wasted < self.bytes.len() / 4 {
            return;
        }
        let mut to = 0;
        let mut entries = Vec::with_capacity(self.entries.len());
        for (start, number) in std::mem::take(&mut self.entries) {
            if self.starts.get(number as usize) != Some(&start) {
                continue;
            }
            let Some((from, end)) = self.entry(number) else { continue };
            self.bytes.copy_within(from..end, to);
            // It only moves to the front.
            let moved = u32::try_from(to).unwrap_or(NOWHERE);
            self.starts[number as usize] = moved;
            entries.push((moved, number));
            to += end - from;
        }
        self.bytes.truncate(to);
        self.entries = entries;
        self.wasted = 0;
    }
}

fn fit(texts: &[u8], words: &[Vec<u8>], finders: &[Finder<'_>]) -> Fit {
    let name_end = memchr(NAME_END, texts).unwrap_or(texts.len());
    let name = &texts[..name_end];
    if !finders.iter().all(|finder| finder.find(name).is_some()) {
        return Fit::Elsewhere;
    }
    if let [word] = words
        && name.starts_with(word)
    {
        let rest = &name[word.len()..];
        // The ending is no part of what people call a file.
        return if rest.is_empty() || (rest[0] == b'.' && !rest[1..].contains(&b'.')) {
            Fit::WholeName
        } else {
            Fit::NameBegins
        };
    }
    let begins_word = |finder: &Finder<'_>| {
        finder.find_iter(name).any(|place| place == 0 || is_between_words(name[place - 1]))
    };
    if finders.iter().all(begins_word) { Fit::WordsBegin } else { Fit::InName }
}

fn is_between_words(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;
    use notespot_protocol::{NodeId, NodeKind, folded};

    fn put(texts: &mut Texts, number: Number, name: &str, description: &str, tags: &[&str]) {
        let tags: Vec<String> = tags.iter().map(ToString::to_string).collect();
        let facts = Facts {
            number,
            id: NodeId::generate(),
            parent: None,
            kind: NodeKind::File,
            name,
            description,
            tags: &tags,
            content_type: "",
            size: 0,
            modified_at: 0,
            is_trashed: false,
            is_hidden: false,
        };
        texts.put(number, &facts);
    }

    fn found(texts: &Texts, text: &str) -> Vec<(Number, Fit)> {
        let words: Vec<_> = text.split(' ').map(folded).collect();
        let found = texts.find(&words, |_| true);
        for parts in 2..5 {
            assert_eq!(texts.find_in_parts(parts, &words, |_| true), found, "{parts} parts");
        }
        found.into_iter().map(|(fit, number)| (number, fit)).collect()
    }

    #[test]
    fn any_part_of_name_description_and_tags_is_found_and_says_how_well_it_fits() {
        let mut texts = Texts::default();
        put(&mut texts, 1, "B\u{fc}dget.xlsx", "", &[]);
        put(&mut texts, 2, "Budgets 2026.xlsx", "", &[]);
        put(&mut texts, 3, "the budget (old).xlsx", "", &[]);
        put(&mut texts, 4, "lowbudget.mp4", "", &[]);
        put(&mut texts, 7, "Notes.md", "of the Budget talk", &["Money"]);
        let expected = [
            (1, Fit::WholeName),
            (2, Fit::NameBegins),
            (3, Fit::WordsBegin),
            (4, Fit::InName),
            (7, Fit::Elsewhere),
        ];
        assert_eq!(found(&texts, "BUDGET"), expected);
        assert_eq!(found(&texts, "budget old"), [(3, Fit::WordsBegin)]);
        assert_eq!(found(&texts, "talk notes"), [(7, Fit::Elsewhere)]);
        assert_eq!(found(&texts, "e"), found(&texts, "E"));
        assert!(found(&texts, "budget money2").is_empty());
        assert!(texts.has_tag(7, b"money") && !texts.has_tag(7, b"mone") && !texts.has_tag(1, b""));
        assert!(texts.name_ends_with(4, b".mp4") && !texts.name_ends_with(7, b"money"));
    }

    #[test]
    fn texts_of_two_nodes_are_never_one() {
        let mut texts = Texts::default();
        put(&mut texts, 0, "ab", "cd", &["ef"]);
        put(&mut texts, 1, "gh", "", &[]);
        for across in ["bcd", "abcd", "cdef", "efgh", "efg"] {
            assert!(found(&texts, across).is_empty(), "{across}");
        }
    }

    #[test]
    fn what_changed_or_went_is_not_found_by_what_it_was() {
        let mut texts = Texts::default();
        for number in 0..20_000 {
            put(&mut texts, number, &format!("first-{number:030}"), "a description of some length", &[]);
        }
        for number in 0..20_000 {
            put(&mut texts, number, &format!("second-{number:030}"), "", &[]);
        }
        for number in (0..20_000).filter(|number| number % 10 != 0) {
            texts.remove(number);
        }
        assert!(found(&texts, "first").is_empty());
        let left = found(&texts, "second");
        assert_eq!(left.len(), 2000);
        assert!(left.iter().all(|(number, fit)| number % 10 == 0 && *fit == Fit::NameBegins));
        assert!(texts.bytes.len() < 2000 * 40 + 2 * WASTE_MIN_BYTES, "{} bytes", texts.bytes.len());
        let length = texts.bytes.len();
        put(&mut texts, 0, &format!("second-{:030}", 0), "", &[]);
        assert_eq!(texts.bytes.len(), length, "it is as it was");
    }
}
