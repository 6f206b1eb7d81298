//! The key that presigned requests are signed with: random, made once, known to nobody else.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use rand::RngExt as _;
use serde::{Deserialize, Serialize};

use super::temporary::settle;

/// Nothing else may stand in the file: what is damaged is refused, not read in part.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    key: String,
    secret: String,
}

/// The key and the secret in `path`; made, readable by this user only, where there are none.
pub(super) fn read_or_make(path: &Path) -> io::Result<(String, String)> {
    match fs::read(path) {
        Ok(json) => {
            let Stored { key, secret } = serde_json::from_slice(&json)?;
            Ok((key, secret))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path),
        Err(error) => Err(error),
    }
}

fn make(path: &Path) -> io::Result<(String, String)> {
    let mut random = rand::rng();
    let key = format!("NSP{}", hex::encode_upper(random.random::<[u8; 8]>()));
    let secret = hex::encode(random.random::<[u8; 32]>());
    let unfinished = path.with_extension("new");
    let mut file = private_file(&unfinished)?;
    file.write_all(&serde_json::to_vec(&Stored { key: key.clone(), secret: secret.clone() })?)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    settle(path)?;
    Ok((key, secret))
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
