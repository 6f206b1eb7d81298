//! The disk, where something is kept on it.

use std::path::Path;

use crate::config::{Config, Issuer, Metadata, Objects};
use crate::findings::Outcome::{Doubtful, Fine, Wrong};
use crate::findings::{Finding, Outcome, finding};

/// With less, uploads are refused soon.
const LITTLE_BYTES: u64 = 10_000_000_000;
/// With less, SQLite may not be able to write its journal.
const NOTHING_BYTES: u64 = 200_000_000;

pub(super) fn examine(config: &Config) -> Option<Finding> {
    let keeps = config.metadata == Metadata::Sqlite
        || config.objects == Objects::Embedded
        || config.issuers.contains(&Issuer::Local);
    keeps.then(|| finding("disk", of_folder(&config.data_dir)))
}

/// Looks at the folder, or at the nearest one above it that is there.
fn of_folder(folder: &Path) -> Outcome {
    let Some(there) = folder.ancestors().find(|folder| folder.is_dir()) else {
        return Wrong(format!("There is no folder above {}.", folder.display()));
    };
    if let Err(error) = tempfile_in(there) {
        return Wrong(format!(
            "{} cannot be written to: {error}. It has to belong to the user that the server runs as.",
            there.display()
        ));
    }
    let free = match rustix::fs::statvfs(there) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => return Doubtful(format!("How much room there is cannot be told: {error}.")),
    };
    judge(there, free)
}

fn judge(folder: &Path, free: u64) -> Outcome {
    let said = format!("{} GB are free at {}.", free / 1_000_000_000, folder.display());
    match free {
        0..NOTHING_BYTES => Wrong(format!("{said} Make room: nothing can be written soon.")),
        NOTHING_BYTES..LITTLE_BYTES => Doubtful(format!("{said} That is little for files.")),
        _ => Fine(said),
    }
}

/// Writes a file that goes away with its handle.
fn tempfile_in(folder: &Path) -> std::io::Result<()> {
    let name = folder.join(format!(".notespot-doctor-{}", std::process::id()));
    let file = std::fs::File::create_new(&name)?;
    std::fs::remove_file(&name)?;
    rustix::fs::fsync(&file).map_err(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_yet_is_judged_by_where_it_will_be() {
        let folder = tempfile::tempdir().unwrap();
        let outcome = of_folder(&folder.path().join("not/yet"));
        assert!(!outcome.is_wrong(), "{outcome:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
    }

    #[test]
    fn a_full_disk_is_wrong() {
        assert!(judge(Path::new("/"), 1_000).is_wrong());
        assert!(matches!(judge(Path::new("/"), 1_000_000_000), Doubtful(_)));
        assert!(matches!(judge(Path::new("/"), 100_000_000_000), Fine(_)));
    }
}
