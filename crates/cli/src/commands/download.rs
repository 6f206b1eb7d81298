//! `notespot download`.

use std::path::{Path, PathBuf};

use notespot_app::{AppError, CancellationToken, Existing, Fate, FileToDownload, Remote, Saved};
use notespot_protocol::{ByteCount, Node};
use serde::Serialize;

use super::moving::{AtOnce, Moving};
use crate::arguments::{DownloadArguments, OnConflict};
use crate::exit::Ending;
use crate::output::{self, Form, Item};

/// Small ones are planned in batches, and that is all that they wait for together: more would be no faster.
/// Each large one takes two threads, and one for each of its ranges.
const AT_ONCE: AtOnce = AtOnce { small: 512, large: 12 };

#[derive(Serialize)]
struct Downloaded {
    path: PathBuf,
    size: ByteCount,
    /// `downloaded`, `was_there` or `skipped`.
    fate: &'static str,
}

impl From<Saved> for Downloaded {
    fn from(saved: Saved) -> Self {
        let fate = match saved.fate {
            Fate::Downloaded => "downloaded",
            Fate::WasThere => "was_there",
            Fate::Skipped => "skipped",
        };
        Self { path: saved.path, size: saved.size, fate }
    }
}

impl Downloaded {
    fn words(&self) -> String {
        let path = self.path.display();
        match self.fate {
            "was_there" => format!("{path} (was there already)"),
            "skipped" => format!("{path} (left as it was)"),
            _ => path.to_string(),
        }
    }
}

impl From<OnConflict> for Existing {
    fn from(choice: OnConflict) -> Self {
        match choice {
            OnConflict::KeepBoth => Self::KeepBoth,
            OnConflict::Replace => Self::Replace,
            OnConflict::Skip => Self::Skip,
        }
    }
}

/// Downloads files, and folders with their tree. One that fails is in no other's way.
pub(super) async fn download(
    remote: &Remote,
    form: Form,
    arguments: DownloadArguments,
    cancel: &CancellationToken,
) -> Ending {
    let DownloadArguments { names, to, on_conflict } = arguments;
    if to == Path::new("-") {
        return to_standard_output(remote, form, &names, cancel).await;
    }
    if let Err(error) = std::fs::create_dir_all(&to) {
        output::warn(&format!("The folder {} could not be made: {error}", to.display()));
        return Ending::Failed;
    }
    let moving = Moving::begin(form, cancel, AT_ONCE);
    let mut nodes = Vec::with_capacity(names.len());
    for name in names {
        match remote.find_matching(&name).await {
            Ok(found) => nodes.extend(found),
            Err(error) => moving.told(&Item::<Downloaded>::new(name, Err(error)), Downloaded::words),
        }
    }
    let one = async |file: &FileToDownload| {
        let saved = remote.download_file(file, moving.progress.of_file(), cancel).await?;
        Ok(Downloaded::from(saved))
    };
    let found = remote.find_below(nodes, to, on_conflict.into(), cancel);
    moving.all(found, one, Downloaded::words).await;
    moving.end("downloaded")
}

/// Standard output holds the bytes, and nothing else.
async fn to_standard_output(
    remote: &Remote,
    form: Form,
    names: &[String],
    cancel: &CancellationToken,
) -> Ending {
    let progress = crate::progress::Progress::new(form);
    let result = async {
        let [name] = names else { return Err(AppError::OneFile) };
        let node: Node = remote.find(name).await?;
        progress.expect(node.content.as_ref().map_or(ByteCount::ZERO, |content| content.size));
        remote.read_file(node.id, &mut tokio::io::stdout(), progress.of_file(), cancel).await
    }
    .await;
    progress.finish();
    match result {
        Ok(()) => Ending::Done,
        Err(error) if error.is_unheard() => {
            output::unheard();
            Ending::Done
        }
        Err(error) => {
            output::warn(&error.to_string());
            Ending::of(error.code())
        }
    }
}
