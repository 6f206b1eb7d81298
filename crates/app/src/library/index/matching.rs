//! Which nodes a list holds.

use notespot_protocol::NodeId;

use super::super::search::{Filter, Kind, Search};
use super::columns::Flag;
use super::folders::NEVER;
use super::texts::Fit;
use super::{Index, Number};

/// What a list is of.
#[derive(Debug)]
pub(in crate::library) enum Source {
    Folder(Option<NodeId>),
    Recent,
    SharedLinks,
    AvailableOffline,
    Trash,
    Search(Search),
}

impl Index {
    /// What the list holds, in no order; with how well it fits, for a search by words.
    pub(super) fn matching(&self, source: &Source) -> Vec<(Fit, Number)> {
        let columns = &self.columns;
        let is_file = |number| !columns.has(number, Flag::Folder);
        let all = |holds: &dyn Fn(Number) -> bool| {
            columns.numbers().filter(|number| holds(*number)).map(|number| (Fit::WholeName, number)).collect()
        };
        match source {
            Source::Folder(folder) => {
                let Some(slot) = self.folders.slot(*folder) else { return Vec::new() };
                all(&|number| columns.parent(number) == slot && !columns.has(number, Flag::Trashed))
            }
            Source::Recent => all(&|number| is_file(number) && self.lives(number)),
            Source::SharedLinks => all(&|number| columns.has(number, Flag::Linked) && self.lives(number)),
            Source::Trash => {
                all(&|number| columns.has(number, Flag::Trashed) && !columns.has(number, Flag::Hidden))
            }
            Source::AvailableOffline => all(&|number| {
                let is_outermost = self.folders.covered(columns.parent(number)) == NEVER;
                columns.has(number, Flag::Pinned) && is_outermost && self.lives(number)
            }),
            Source::Search(search) if search.words.is_empty() => {
                all(&|number| self.lives(number) && self.passes(number, &search.filters))
            }
            Source::Search(search) => self
                .texts
                .find(&search.words, |number| self.lives(number) && self.passes(number, &search.filters)),
        }
    }

    fn passes(&self, number: Number, filters: &[Filter]) -> bool {
        let columns = &self.columns;
        let is_folder = columns.has(number, Flag::Folder);
        filters.iter().all(|filter| match filter {
            Filter::Kinds(kinds) => kinds.iter().any(|kind| match kind {
                Kind::Folder => is_folder,
                Kind::File => !is_folder,
                Kind::Of(kind) => !is_folder && columns.kind(number) == *kind,
                Kind::Ending(ending) => !is_folder && self.texts.name_ends_with(number, ending),
            }),
            Filter::Size(range) => !is_folder && range.contains(&columns.size(number)),
            Filter::Modified(range) => range.contains(&columns.modified(number)),
            Filter::Linked(wanted) => columns.has(number, Flag::Linked) == *wanted,
            Filter::Offline(wanted) => {
                let is_offline =
                    if is_folder { self.rank(number) != NEVER } else { columns.has(number, Flag::Kept) };
                is_offline == *wanted
            }
            Filter::Tag(tag) => self.texts.has_tag(number, tag),
        })
    }
}
