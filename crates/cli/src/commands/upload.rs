//! `notespot upload`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use notespot_app::{CancellationToken, FileUpload, Remote, UploadCommand};
use notespot_protocol::{ErrorCode, Node, OnConflict as AtServer, PublicLink};
use serde::Serialize;

use super::moving::{AtOnce, Moving};
use crate::arguments::{OnConflict, UploadArguments};
use crate::exit::Ending;
use crate::output::{self, Form, Item};

/// With half as many small ones, the batches that they are planned and published in are a tenth slower; with
/// twice as many, memory comes near to what a command may take. Large ones wait for five answers each.
const AT_ONCE: AtOnce = AtOnce { small: 1024, large: 24 };

const SKIPPED: &str = "skipped";
const WAS_THERE: &str = "was_there";

#[derive(Serialize)]
struct Uploaded {
    node: Node,
    /// With `--link`.
    link: Option<PublicLink>,
    /// `uploaded`, `was_there` where nothing had to be sent, or `skipped` where another file has the name.
    fate: &'static str,
}

impl Uploaded {
    fn words(&self) -> String {
        match &self.link {
            Some(link) => link.url.clone(),
            None if self.fate == SKIPPED => format!("{} (left as it was)", self.node.name),
            None if self.fate == WAS_THERE => {
                format!("{} ({}) was there already: nothing was sent", self.node.name, self.node.id)
            }
            None => format!("{} ({})", self.node.name, self.node.id),
        }
    }
}

impl From<OnConflict> for AtServer {
    fn from(choice: OnConflict) -> Self {
        match choice {
            OnConflict::KeepBoth => Self::KeepBoth,
            OnConflict::Replace => Self::Replace,
            OnConflict::Skip => Self::Fail,
        }
    }
}

/// Uploads files, and folders with their tree. One that fails is in no other's way. When everything was
/// done, `done` is the command that is to be forgotten.
pub(super) async fn upload(
    remote: &Remote,
    form: Form,
    arguments: UploadArguments,
    cancel: &CancellationToken,
    done: &mut Option<Arc<UploadCommand>>,
) -> Ending {
    let UploadArguments { paths, to, link, name, on_conflict } = arguments;
    let folder = match super::folder(remote, to.as_deref()).await {
        Ok(folder) => folder,
        Err(error) => return output::stopped(form, error),
    };
    let moving = Moving::begin(form, cancel, AT_ONCE);
    let one = async |file: &FileUpload| {
        let file = FileUpload { on_conflict: on_conflict.into(), ..file.clone() };
        let (node, fate) = match remote.upload_file(&file, moving.progress.of_file(), cancel).await {
            Err(error) if on_conflict == OnConflict::Skip && error.code() == ErrorCode::NameTaken => {
                (remote.in_place_of(&file, cancel).await?, SKIPPED)
            }
            uploaded => {
                let uploaded = uploaded?;
                (uploaded.node, if uploaded.was_there { WAS_THERE } else { "uploaded" })
            }
        };
        let link = if link { Some(remote.public_link_of_uploaded(node.id, cancel).await?) } else { None };
        Ok(Uploaded { node, link, fate })
    };
    if let (Some(name), [only]) = (name, paths.as_slice())
        && only == Path::new("-")
    {
        let uploaded = match remote.spool(&name, folder, tokio::io::stdin()).await {
            Ok(spooled) => {
                moving.progress.expect(spooled.size);
                moving.progress.during(Box::pin(one(&spooled.file))).await
            }
            Err(error) => Err(error),
        };
        moving.told(&Item::new("-", uploaded), Uploaded::words);
        return moving.end("uploaded");
    }
    let command = match remote.upload_command(&words(&paths, to.as_deref(), on_conflict)) {
        Ok(command) => Arc::new(command),
        Err(error) => return output::stopped(form, error),
    };
    let paths = paths.into_iter().flat_map(expanded).collect();
    let found = remote.find_files(Some(&command), paths, folder, cancel);
    moving.all(found, one, Uploaded::words).await;
    let ending = moving.end("uploaded");
    if ending == Ending::Done {
        *done = Some(command);
    }
    ending
}

/// The path itself where it is there, else what its wildcards match: where no shell has done it.
fn expanded(path: PathBuf) -> Vec<PathBuf> {
    let pattern = path.to_str().filter(|text| text.contains(['*', '?', '[']) && !path.exists());
    let matched: Vec<_> =
        pattern.and_then(|text| glob::glob(text).ok()).into_iter().flatten().flatten().collect();
    if matched.is_empty() { vec![path] } else { matched }
}

/// What makes it the same command when it is given again after it was interrupted.
fn words<'a>(paths: &'a [PathBuf], to: Option<&'a str>, on_conflict: OnConflict) -> Vec<&'a OsStr> {
    let choice = match on_conflict {
        OnConflict::KeepBoth => "",
        OnConflict::Replace => "replace",
        OnConflict::Skip => "skip",
    };
    [to.unwrap_or_default(), choice]
        .map(OsStr::new)
        .into_iter()
        .chain(paths.iter().map(|path| path.as_os_str()))
        .collect()
}
