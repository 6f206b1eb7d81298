//! What the provider keeps on disk: a folder of mode 0700 with files of mode 0600.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use zeroize::Zeroizing;

use super::IdentityError;
use super::keys::{self, SigningKey};

/// More than any of the files has.
const FILE_MAX_BYTES: u64 = 16 * 1024;
const CLIENT_ID_MAX_BYTES: usize = 200;

/// What was read, or made at the first start.
pub(super) struct Kept {
    pub(super) signing: SigningKey,
    pub(super) browser_key: Zeroizing<Vec<u8>>,
    pub(super) client_id: String,
}

impl Kept {
    /// Blocks on the disk, and for a new RSA key on the processor.
    pub(super) fn open(folder: &Path, client_id: Option<String>) -> Result<Self, IdentityError> {
        make_private_folder(folder).map_err(|source| disk(folder, source))?;
        // Two processes at their first start would each make a key, and one's tokens would die.
        let lock = folder.join("lock");
        let held = private(OpenOptions::new().create(true).truncate(false).write(true)).open(&lock);
        let held = held.and_then(|file| file.lock().map(|()| file)).map_err(|source| disk(&lock, source))?;

        let path = folder.join("signing-key.p8");
        let pkcs8 = read_or_make(&path, keys::new_pkcs8)?;
        let signing = SigningKey::from_pkcs8(&pkcs8).ok_or(IdentityError::Damaged { path })?;

        let path = folder.join("browser-key");
        let browser_key =
            read_or_make(&path, || keys::random::<32>().map(|key| Zeroizing::new(key.to_vec())))?;
        if browser_key.len() != 32 {
            return Err(IdentityError::Damaged { path });
        }
        let client_id = match client_id {
            Some(client_id) => client_id,
            None => kept_client_id(folder)?,
        };
        drop(held);
        Ok(Self { signing, browser_key, client_id })
    }
}

fn kept_client_id(folder: &Path) -> Result<String, IdentityError> {
    let path = folder.join("client-id");
    let bytes = read_or_make(&path, || {
        keys::random::<12>().map(|id| Zeroizing::new(format!("notespot_{}", hex::encode(id)).into_bytes()))
    })?;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    match std::str::from_utf8(&bytes).map(str::trim) {
        Ok(id) if !id.is_empty() && id.len() <= CLIENT_ID_MAX_BYTES && id.as_bytes().iter().all(plain) => {
            Ok(id.to_owned())
        }
        _ => Err(IdentityError::Damaged { path }),
    }
}

fn read_or_make(
    path: &Path,
    make: impl FnOnce() -> Option<Zeroizing<Vec<u8>>>,
) -> Result<Zeroizing<Vec<u8>>, IdentityError> {
    match read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let bytes = make().ok_or(IdentityError::Crypto)?;
            write(path, &bytes).map_err(|source| disk(path, source))?;
            Ok(bytes)
        }
        other => other.map_err(|source| disk(path, source)),
    }
}

fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    make_private(&file, path)?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(FILE_MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whole or not at all, also when the machine dies: written aside, synced, renamed, folder synced.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let aside = path.with_extension("new");
    let mut file = private(OpenOptions::new().create(true).truncate(true).write(true)).open(&aside)?;
    make_private(&file, &aside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&aside, path)?;
    match path.parent() {
        Some(folder) => sync_folder(folder),
        None => Ok(()),
    }
}

fn disk(path: &Path, source: io::Error) -> IdentityError {
    IdentityError::Disk { path: path.to_owned(), source }
}

#[cfg(unix)]
fn make_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600)
}

/// A copy from a backup may have lost its mode.
#[cfg(unix)]
fn make_private(file: &File, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata()?.permissions().mode();
    if mode & 0o077 != 0 {
        tracing::warn!(path = %path.display(), mode = format!("{mode:o}"), "others could read a key");
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

// Elsewhere the folder lies in the user's profile, which only that user may read.
#[cfg(not(unix))]
fn make_private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(not(unix))]
fn make_private(_: &File, _: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
