//! `s3://bucket?region=…&endpoint=…&public_endpoint=…&path_style=true&dualstack=true&checksum=…&encryption=…&kms_key=…`

use notespot_protocol::ChecksumAlgorithm;
use url::Url;

use super::Encryption;

const NO_KEYS: &str =
    "Keys are not written into an address: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.";

/// Which bucket, and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Config {
    /// The bucket's name.
    pub bucket: String,
    /// The region; that of the environment where none is named.
    pub region: Option<String>,
    /// Where the server reaches the store; Amazon's address where none is named.
    pub endpoint: Option<Url>,
    /// Where clients reach the store, if they reach it elsewhere.
    pub public_endpoint: Option<Url>,
    /// Whether the bucket's name stands in the path and not in the host's name.
    pub path_style: bool,
    /// Whether Amazon is reached by its names that also have an IPv6 address.
    pub dualstack: bool,
    /// What the store verifies of the bytes that it is sent; found out where nothing is named.
    pub checksum: Option<ChecksumAlgorithm>,
    /// How the store is told to encrypt; as the bucket is set up where nothing is named.
    pub encryption: Option<Encryption>,
}

/// What is wrong with a bucket's address: everything, a sentence each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join(" "))]
pub struct BadS3Config(pub Vec<String>);

impl S3Config {
    /// A bucket of this name at Amazon, and nothing else said.
    #[must_use]
    pub const fn new(bucket: String) -> Self {
        Self {
            bucket,
            region: None,
            endpoint: None,
            public_endpoint: None,
            path_style: false,
            dualstack: false,
            checksum: None,
            encryption: None,
        }
    }

    /// Reads a bucket's address; lists everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadS3Config> {
        let expected = "An address such as s3://bucket?region=eu-central-1 is expected.";
        let url = Url::parse(text).map_err(|_| BadS3Config(vec![expected.to_owned()]))?;
        let mut problems = Vec::new();
        let bucket = url.host_str().unwrap_or_default().to_owned();
        if url.scheme() != "s3" || bucket.is_empty() || !matches!(url.path(), "" | "/") {
            problems.push(expected.to_owned());
        }
        if has_keys(&url) {
            problems.push(NO_KEYS.to_owned());
        }
        let mut config = Self::new(bucket);
        let (mut encryption, mut kms_key) = (None, None);
        for (name, value) in url.query_pairs() {
            match &*name {
                "region" => config.region = Some(value.into_owned()),
                "endpoint" => config.endpoint = endpoint(&name, &value, &mut problems),
                "public_endpoint" => config.public_endpoint = endpoint(&name, &value, &mut problems),
                "path_style" => config.path_style = yes_or_no(&name, &value, &mut problems),
                "dualstack" => config.dualstack = yes_or_no(&name, &value, &mut problems),
                "encryption" => encryption = Some(value),
                "kms_key" => kms_key = Some(value.into_owned()),
                "checksum" => match ChecksumAlgorithm::ALL.into_iter().find(|one| one.as_str() == value) {
                    Some(algorithm) => config.checksum = Some(algorithm),
                    None => {
                        problems.push(format!("checksum={value}: crc64nvme, crc32c or sha256 is expected."));
                    }
                },
                other => problems.push(format!(
                    "{other} is unknown: region, endpoint, public_endpoint, path_style, dualstack, checksum, \
                     encryption and kms_key are known."
                )),
            }
        }
        if config.dualstack && config.endpoint.is_some() {
            problems
                .push("dualstack is about Amazon's own endpoints: leave it out beside endpoint.".to_owned());
        }
        config.encryption = Encryption::read(encryption.as_deref(), kms_key, &mut problems);
        if problems.is_empty() { Ok(config) } else { Err(BadS3Config(problems)) }
    }
}

fn has_keys(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn yes_or_no(name: &str, value: &str, problems: &mut Vec<String>) -> bool {
    value.parse().unwrap_or_else(|_| {
        problems.push(format!("{name}={value}: true or false is expected."));
        false
    })
}

fn endpoint(name: &str, value: &str, problems: &mut Vec<String>) -> Option<Url> {
    match Url::parse(value) {
        Ok(url) if has_keys(&url) => {
            problems.push(format!("{name}: {NO_KEYS}"));
            None
        }
        Ok(mut url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
            // The SDK puts the bucket's name right behind a path.
            if !url.path().ends_with('/') {
                url.set_path(&format!("{}/", url.path()));
            }
            Some(url)
        }
        _ => {
            problems.push(format!("{name}={value}: an http or https address is expected."));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_everything() {
        let config = S3Config::parse(
            "s3://files?region=eu-central-1&endpoint=http://10.0.0.5:9000&public_endpoint=https://s3.example.org&path_style=true&checksum=crc32c",
        )
        .unwrap();
        assert_eq!(config.bucket, "files");
        assert_eq!(config.region.as_deref(), Some("eu-central-1"));
        assert_eq!(config.endpoint.unwrap().as_str(), "http://10.0.0.5:9000/");
        assert_eq!(config.public_endpoint.unwrap().as_str(), "https://s3.example.org/");
        assert!(config.path_style);
        assert_eq!(config.checksum, Some(ChecksumAlgorithm::Crc32c));
    }

    #[test]
    fn everything_that_is_wrong_is_listed() {
        let BadS3Config(problems) =
            S3Config::parse("s3://files/folder?endpoint=nowhere&path_style=maybe&colour=blue&checksum=md5")
                .unwrap_err();
        assert_eq!(problems.len(), 5, "{problems:?}");
    }

    #[test]
    fn encryption_is_named_whole() {
        let read =
            |query: &str| S3Config::parse(&format!("s3://files?{query}")).map(|config| config.encryption);
        assert_eq!(read("region=eu-central-1"), Ok(None));
        assert_eq!(read("encryption=aes256"), Ok(Some(Encryption::Aes256)));
        assert_eq!(read("encryption=aws:kms"), Ok(Some(Encryption::Kms { key: None })));
        let arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        let named = read(&format!("encryption=aws:kms&kms_key={arn}")).unwrap().unwrap();
        assert_eq!(named.headers()[1].1, arn);
        for wrong in [
            "encryption=md5",
            "kms_key=key",
            "encryption=aes256&kms_key=key",
            "encryption=aws:kms&kms_key=a%0Ab",
            "encryption=aws:kms&kms_key=",
            "dualstack=true&endpoint=http://store:9000",
        ] {
            assert_eq!(read(wrong).unwrap_err().0.len(), 1, "{wrong}");
        }
    }
}
