//! Where things lie in the folder.
//!
//! ```text
//! objects/9f/9f2c…e41b          an object: a sealed file
//! parts/9f2c…e41b-<random>/     a multipart upload: sealed files named by part number,
//!                               and `open` for as long as it is open
//! tmp/                          what is being written
//! credentials.json, lock
//! ```

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::multipart::UploadId;
use super::sealed;
use crate::{ObjectError, ObjectKey};

pub(super) struct Layout {
    root: PathBuf,
}

impl Layout {
    /// Makes what is missing of the folders.
    pub(super) fn make(root: &Path) -> io::Result<Self> {
        for folder in ["objects", "parts", "tmp"] {
            fs::create_dir_all(root.join(folder))?;
        }
        sync_folder(root)?;
        Ok(Self { root: root.to_owned() })
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    pub(super) fn credentials(&self) -> PathBuf {
        self.root.join("credentials.json")
    }

    pub(super) fn temporary(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// 256 folders of objects: a folder of a million entries is slow on some file systems.
    pub(super) fn object(&self, key: &ObjectKey) -> PathBuf {
        self.objects(key.as_str()).join(key.as_str())
    }

    /// The folder of all objects whose keys begin with the same two digits.
    pub(super) fn objects(&self, digits: &str) -> PathBuf {
        self.root.join("objects").join(&digits[..2])
    }

    /// The folder of all multipart uploads.
    pub(super) fn all_parts(&self) -> PathBuf {
        self.root.join("parts")
    }

    pub(super) fn parts(&self, id: &UploadId) -> PathBuf {
        self.all_parts().join(id.as_str())
    }

    pub(super) fn part(&self, id: &UploadId, number: u32) -> PathBuf {
        self.parts(id).join(format!("{number:05}"))
    }

    /// What says that a multipart upload is open.
    pub(super) fn open_mark(&self, id: &UploadId) -> PathBuf {
        self.parts(id).join("open")
    }

    /// Removes what a process that died left behind: half-written files, marks of uploads that were
    /// completed, and parts that belong to no open upload and to no object.
    pub(super) fn sweep(&self) -> io::Result<()> {
        for left in fs::read_dir(self.temporary())? {
            fs::remove_file(left?.path())?;
        }
        for folder in fs::read_dir(self.all_parts())? {
            let folder = folder?;
            let Some(id) = folder.file_name().to_str().and_then(|name| UploadId::from_folder(name).ok())
            else {
                continue;
            };
            // An object that cannot be read keeps its parts: one damaged file is no reason to serve
            // nobody, and none to lose what could be saved.
            let completed = self.is_completed(&id).map_err(|error| {
                tracing::error!(%error, upload = id.as_str(), "an object cannot be read");
            });
            let mark = self.open_mark(&id);
            match (mark.exists(), completed) {
                (true, Ok(true)) => {
                    // Its name first: an object that a power cut takes away is an open upload again.
                    sync_folder(&self.objects(id.key().as_str()))?;
                    fs::remove_file(mark)?;
                }
                (false, Ok(false)) => fs::remove_dir_all(folder.path())?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether the object of this upload's key was made of this upload.
    pub(super) fn is_completed(&self, id: &UploadId) -> io::Result<bool> {
        match sealed::read(&self.object(id.key())) {
            Ok(seal) => Ok(seal.upload.as_deref() == Some(id.as_str())),
            Err(ObjectError::NotFound) => Ok(false),
            Err(error) => Err(io::Error::other(error)),
        }
    }
}

/// Makes what happened to a folder's entries durable (fsync(2): "explicit `fsync()` on a file
/// descriptor for the directory is also needed").
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
