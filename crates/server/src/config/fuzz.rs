//! Settings as anybody may write them: taken, or refused in a sentence.

use notespot_testkit::{cases, damaged, damaged_text};
use proptest::prelude::*;

use super::Config;
use super::arguments::Settings;
use crate::secret::Secret;

const FILE: &str = "listen = \"127.0.0.1:4800\"\npublic_url = \"https://files.example.org\"\ndata_dir = \"/srv/x\"\n\
    metadata = \"sqlite\"\nobjects = \"embedded\"\nissuer = [\"local\", \"https://clerk.example.org\"]\n\
    oauth_client_id = \"app\"\nauthorized_parties = [\"https://web.example.org\"]\nsign_up = \"open\"\nquota = \"50GB\"\n";

fn near(valid: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    prop::option::of(damaged_text(prop::sample::select(valid).prop_map(str::to_owned)))
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn settings_are_taken_or_refused_in_sentences(
        listen in near(&["127.0.0.1:4800", "[::1]:0"]),
        public_url in near(&["https://files.example.org", "http://127.0.0.1:80/"]),
        metadata in near(&["sqlite", "mongodb://ada:SECRET@h:27017/notespot"]),
        objects in near(&["embedded", "s3://bucket?region=eu-central-1&endpoint=http://h:9000&path_style=true&checksum=crc32c"]),
        issuer in near(&["local", "https://clerk.example.org"]),
        sign_up in near(&["open", "first", "closed"]),
        quota in near(&["500MB", "50GB", "18446744073709551615", "20000000TB"]),
        webhook in near(&["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]),
        key in near(&["sk_test_abc", "sk_live_abc"]),
    ) {
        let settings = Settings {
            listen, public_url, metadata, objects, sign_up, quota,
            issuer: issuer.map(|one| vec![one]),
            oauth_client_id: Some("app".to_owned()),
            clerk_webhook_secret: webhook.map(Secret::new),
            clerk_secret_key: key.map(Secret::new),
            ..Settings::default()
        };
        match Config::resolve(settings) {
            Ok(config) => {
                prop_assert!(config.quota.get() > 0);
                prop_assert!(config.public_url.as_ref().is_none_or(|url| url.path() == "/" && url.has_host()));
                let shown = format!("{config:?}");
                prop_assert!(!shown.contains("SECRET"));
            }
            Err(problems) => prop_assert!(problems.to_string().contains("\n  - ")),
        }
    }

    #[test]
    fn a_file_is_read_or_refused(text in damaged(Just(FILE.as_bytes().to_vec()))) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notespot.toml");
        std::fs::write(&path, text).unwrap();
        if let Err(problems) = Config::resolve(Settings { config: Some(path), ..Settings::default() }) {
            prop_assert!(problems.to_string().contains("\n  - "));
        }
    }
}
