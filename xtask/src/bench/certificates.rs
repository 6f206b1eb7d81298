//! An authority of this run's own, and a certificate of it for this machine's own addresses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::measure::output;

/// In PEM.
#[derive(Debug)]
pub(super) struct Certificates {
    pub(super) authority: PathBuf,
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
    /// Key and certificate in one file.
    pub(super) both: PathBuf,
}

/// Makes a program trust `authority` and nothing else, whatever the environment says.
pub(super) fn trust<'a>(command: &'a mut Command, authority: &Path) -> &'a mut Command {
    for variable in ["SSL_CERT_FILE", "AWS_CA_BUNDLE", "CURL_CA_BUNDLE"] {
        command.env(variable, authority);
    }
    command.env_remove("SSL_CERT_DIR")
}

const EXTENSIONS: &str = "\
subjectAltName=IP:127.0.0.1,IP:127.0.0.2,DNS:localhost
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
";

/// Makes them in `folder`, with elliptic keys, as today's authorities do.
pub(super) fn make(folder: &Path) -> anyhow::Result<Certificates> {
    let at = |name: &str| folder.join(name);
    let openssl = |line: &str| -> anyhow::Result<()> {
        output(Command::new("openssl").args(line.split(' ')).current_dir(folder)).map(drop)
    };
    let new = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(&format!("req -x509 {new} -days 3 -subj /CN=Bench -keyout ca.key -out ca.pem"))?;
    openssl(&format!("req -new {new} -subj /CN=localhost -keyout store.key -out store.csr"))?;
    fs::write(at("store.ext"), EXTENSIONS)?;
    openssl(
        "x509 -req -in store.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3 -extfile store.ext -out store.pem",
    )?;
    let both = [fs::read(at("store.key"))?, fs::read(at("store.pem"))?].concat();
    fs::write(at("both.pem"), both)?;
    Ok(Certificates {
        authority: at("ca.pem"),
        certificate: at("store.pem"),
        key: at("store.key"),
        both: at("both.pem"),
    })
}
