//! From what was said to what is meant.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use notespot_objects::s3::S3Config;
use notespot_protocol::ByteCount;
use url::Url;

use super::arguments::Settings;
use super::{Config, Issuer, Metadata, Objects, clerk, file, operations};
use crate::identity::SignUp;
use crate::secret::Secret;

const LISTEN: &str = "127.0.0.1:4800";
const QUOTA: &str = "50GB";

/// Everything that is wrong with the configuration, a sentence each.
#[derive(Debug)]
pub struct Problems(Vec<Problem>);

/// One of them, as a sentence.
#[derive(Debug)]
pub(super) struct Problem(String);

pub(super) fn problem(sentence: impl Into<String>) -> Problem {
    Problem(sentence.into())
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("The server cannot start with these settings:")?;
        self.0.iter().try_for_each(|Problem(sentence)| write!(f, "\n  - {sentence}"))
    }
}

impl std::error::Error for Problems {}

impl Config {
    /// Checks everything, and lists all that is wrong at once.
    pub fn resolve(settings: Settings) -> Result<Self, Problems> {
        let settings = file::fill_in(settings).map_err(|found| Problems(vec![problem(found.to_string())]))?;
        let (clerk, operations) = (clerk::read(&settings), operations::read(&settings.operations));
        let mut problems = Vec::new();
        let mut noted = |result: Result<(), Problem>| result.unwrap_or_else(|found| problems.push(found));

        let mut listen = SocketAddr::from(([127, 0, 0, 1], 4800));
        noted(read_listen(settings.listen.as_deref()).map(|read| listen = read));
        let mut public_url = None;
        noted(read_public_url(settings.public_url.as_deref()).map(|read| public_url = read));
        let mut data_dir = PathBuf::new();
        noted(read_data_dir(settings.data_dir).map(|read| data_dir = read));
        let mut metadata = Metadata::Sqlite;
        noted(read_metadata(settings.metadata.as_deref()).map(|read| metadata = read));
        let mut objects = Objects::Embedded;
        noted(read_objects(settings.objects.as_deref()).map(|read| objects = read));
        let mut issuers = Vec::new();
        noted(read_issuers(settings.issuer.as_deref()).map(|read| issuers = read));
        let mut sign_up = SignUp::First;
        let local = listen.ip().is_loopback() && public_url.as_ref().is_none_or(is_loopback);
        noted(read_sign_up(settings.sign_up.as_deref(), local).map(|read| sign_up = read));
        let mut quota = ByteCount::ZERO;
        noted(read_quota(settings.quota.as_deref().unwrap_or(QUOTA)).map(|read| quota = read));
        let clerk = clerk.map_err(|found| problems.extend(found)).ok();
        let operations = operations.map_err(|found| problems.extend(found)).ok();
        let elsewhere = issuers.iter().any(|issuer| *issuer != Issuer::Local);
        if elsewhere && settings.oauth_client_id.is_none() {
            problems.push(problem(
                "An issuer elsewhere needs --oauth-client-id: the id of the desktop app there.",
            ));
        }

        let (Some(clerk), Some(operations), true) = (clerk, operations, problems.is_empty()) else {
            return Err(Problems(problems));
        };
        Ok(Self {
            listen,
            public_url,
            data_dir,
            metadata,
            objects,
            issuers,
            oauth_client_id: settings.oauth_client_id,
            authorized_parties: settings.authorized_parties.unwrap_or_default(),
            clerk,
            sign_up,
            quota,
            operations,
        })
    }
}

fn read_listen(text: Option<&str>) -> Result<SocketAddr, Problem> {
    let text = text.unwrap_or(LISTEN);
    text.parse().map_err(|_| {
        problem(format!("--listen {text}: an address and a port are expected, such as {LISTEN}."))
    })
}

fn read_public_url(text: Option<&str>) -> Result<Option<Url>, Problem> {
    let Some(text) = text else { return Ok(None) };
    match Url::parse(text) {
        Ok(url) if is_origin(&url) => Ok(Some(url)),
        // A password may stand in it.
        _ => Err(problem(
            "--public-url: an address without a path is expected, such as https://files.example.org.",
        )),
    }
}

/// Whether it is a scheme, a host and perhaps a port.
fn is_origin(url: &Url) -> bool {
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    let is_bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    is_web && is_bare && url.path() == "/" && url.fragment().is_none()
}

fn read_data_dir(given: Option<PathBuf>) -> Result<PathBuf, Problem> {
    let by_system =
        || Some(directories::ProjectDirs::from("app", "notespot", "notespot-server")?.data_dir().into());
    given
        .or_else(by_system)
        .ok_or_else(|| problem("--data-dir is needed: this system names no folder for data."))
}

fn read_metadata(text: Option<&str>) -> Result<Metadata, Problem> {
    match text.unwrap_or("sqlite") {
        "sqlite" => Ok(Metadata::Sqlite),
        address if address.starts_with("mongodb://") || address.starts_with("mongodb+srv://") => {
            Ok(Metadata::MongoDb(Secret::new(address)))
        }
        // What was given may hold a password all the same.
        _ => Err(problem(
            "--metadata: sqlite, or the address of a MongoDB such as mongodb+srv://host/notespot, is expected.",
        )),
    }
}

fn read_objects(text: Option<&str>) -> Result<Objects, Problem> {
    match text.unwrap_or("embedded") {
        "embedded" => Ok(Objects::Embedded),
        bucket if bucket.starts_with("s3://") => S3Config::parse(bucket)
            .map(|bucket| Objects::S3(Box::new(bucket)))
            // Keys may have been written into it.
            .map_err(|wrong| problem(format!("--objects: {wrong}"))),
        _ => Err(problem("--objects: embedded or s3://bucket?region=… is expected.")),
    }
}

fn read_issuers(given: Option<&[String]>) -> Result<Vec<Issuer>, Problem> {
    let Some(given) = given else { return Ok(vec![Issuer::Local]) };
    if given.is_empty() {
        return Err(problem("--issuer: local, or the address of an identity provider, is expected."));
    }
    let read = |text: &String| match Url::parse(text) {
        _ if text == "local" => Ok(Issuer::Local),
        Ok(url) if url.scheme() == "https" || is_loopback(&url) => Ok(Issuer::External(url)),
        _ => Err(problem(format!("--issuer {text}: local or an https address is expected."))),
    };
    given.iter().map(read).collect()
}

fn read_sign_up(text: Option<&str>, local: bool) -> Result<SignUp, Problem> {
    match text {
        None if local => Ok(SignUp::Open),
        None | Some("first") => Ok(SignUp::First),
        Some("open") => Ok(SignUp::Open),
        Some("closed") => Ok(SignUp::Closed),
        Some(other) => Err(problem(format!("--sign-up {other}: open, first or closed is expected."))),
    }
}

fn read_quota(text: &str) -> Result<ByteCount, Problem> {
    read_size(text)
        .ok_or_else(|| problem(format!("--quota {text}: a size is expected, such as 500MB or 50GB.")))
}

/// A size as people write it: a whole number, and B, KB, MB, GB or TB, of a thousand each. None is of nothing.
pub(crate) fn read_size(text: &str) -> Option<ByteCount> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit: u64 = match text[digits.len()..].trim().to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        _ => 0,
    };
    let size = digits
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(unit))
        .filter(|size| (1..=ByteCount::MAX.get()).contains(size));
    size.map(ByteCount)
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(url::Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_are_listed_at_once() {
        let settings = Settings {
            listen: Some("here".into()),
            public_url: Some("ftp://x".into()),
            metadata: Some("mongo:secret@h".into()),
            objects: Some("floppy".into()),
            quota: Some("lots".into()),
            ..Settings::default()
        };
        let said = Config::resolve(settings).unwrap_err().to_string();
        for flag in ["--listen", "--public-url", "--metadata", "--objects", "--quota"] {
            assert!(said.contains(flag), "{said}");
        }
        assert!(!said.contains("secret"), "an address may hold a password: {said}");
    }

    #[test]
    fn the_address_of_a_mongodb_is_taken_and_not_printed() {
        for address in
            ["mongodb://ada:horse-battery@h:27017/notespot", "mongodb+srv://ada:horse-battery@h/notespot"]
        {
            let settings = Settings { metadata: Some(address.into()), ..Settings::default() };
            let config = Config::resolve(settings).unwrap();
            assert_eq!(config.metadata, Metadata::MongoDb(Secret::new(address)));
            assert!(!format!("{config:?}").contains("horse-battery"));
        }
    }

    #[test]
    fn a_file_gives_what_no_flag_does_and_may_hold_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notespot.toml");
        std::fs::write(&path, "listen = \"0.0.0.0:80\"\nquota = \"1MB\"\n").unwrap();
        let settings =
            Settings { config: Some(path.clone()), quota: Some("2MB".into()), ..Settings::default() };
        let config = Config::resolve(settings.clone()).unwrap();
        assert_eq!(config.listen.port(), 80);
        assert_eq!(config.quota, ByteCount(2_000_000));
        assert_eq!(config.sign_up, SignUp::First);
        std::fs::write(&path, "lisen = \"0.0.0.0:80\"").unwrap();
        assert!(Config::resolve(settings).unwrap_err().to_string().contains("lisen"));
    }
}
