//! What comes from outside as a text: it is refused, or means what it will be printed as.

use proptest::prelude::*;

use crate::*;

/// Texts around what a name may be: its length, and the characters that it may not have.
fn near_names() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ a.\u{e9}\u{200b}]{0,4}",
        "(a|\u{e9}|\u{1f4c8}|e\u{301}|[.]){60,260}",
        "[a-z]{0,5}[/\\x00-\\x1f\\x7f-\\x9f\u{202a}-\u{202e}\u{2066}-\u{2069}][a-z]{0,5}",
    ]
}

fn is_forbidden(letter: char) -> bool {
    letter == '/' || letter.is_control() || ('\u{202a}'..='\u{2069}').contains(&letter)
}

/// Texts in which one character may be another one, or too many, or missing.
fn near(valid: &'static str) -> impl Strategy<Value = String> {
    (valid, any::<prop::sample::Index>(), "\\PC?", 0..3_usize).prop_map(|(text, at, other, taken)| {
        let mut letters: Vec<char> = text.chars().collect();
        let at = at.index(letters.len() + 1);
        let end = letters.len().min(at + taken);
        letters.splice(at..end, other.chars());
        letters.into_iter().collect()
    })
}

/// JSON of each kind of body, valid.
fn bodies() -> impl Strategy<Value = String> {
    let id = "0198a0e8-7f1c-7a30-8b45-0242ac120002";
    let sha256 = "9f2c04b1".repeat(8);
    let content = format!(
        r#"{{"version":"{id}","size":7,"content_type":"text/plain","sha256":"{sha256}","uploaded_at":"2026-11-22T10:31:05.120Z"}}"#
    );
    let node = format!(
        r#"{{"id":"{id}","parent":null,"kind":"file","name":"a.txt","description":"","tags":["x"],"content":{content},"created_at":"2026-11-22T10:31:05.120Z","modified_at":"2026-11-22T10:31:05.120Z","trashed_at":null,"revision":7}}"#
    );
    prop::sample::select(vec![
        format!(
            r#"{{"name":"b.txt","parent":"{id}","tags":["x","y"],"description":"d","on_conflict":"fail"}}"#
        ),
        format!(
            r#"{{"client_ref":"{id}","parent":null,"name":"a","size":5,"modified_at":"2026-11-22T10:31:05Z","sha256":"{sha256}","parts":[{{"number":1,"size":5,"crc64nvme":"AQIDBAUGBwg="}}]}}"#
        ),
        format!(
            r#"{{"id":"{id}","sha256":"{sha256}","crc64nvme":"AQIDBAUGBwg=","parts":[{{"crc32c":"AQIDBA=="}}]}}"#
        ),
        format!(r#"{{"revision":7,"kind":"node","node":{node}}}"#),
        format!(r#"{{"revision":7,"kind":"node_deleted","id":"{id}"}}"#),
        format!(
            r#"{{"client_ref":"{id}","parent":null,"name":"Papers","on_conflict":"keep_both","reuse":true}}"#
        ),
        format!(r#"{{"node":"{id}","slug":"k7Qm2xRv9T4bZ"}}"#),
        r#"{"name":"script","scopes":["read","upload"],"ends_at":"2027-01-01T00:00:00Z"}"#.to_owned(),
    ])
}

/// What is read is written so that the same is read again.
fn comes_back<T: serde::Serialize + serde::de::DeserializeOwned>(text: &str) {
    if let Ok(read) = serde_json::from_str::<T>(text) {
        let written = serde_json::to_string(&read).unwrap();
        let again: T = serde_json::from_str(&written).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), written);
    }
}

proptest! {
    #[test]
    fn a_name_is_kept_as_it_was_given_or_refused_for_its_reason(text in near_names()) {
        match NodeName::new(text.as_str()) {
            Ok(name) => {
                prop_assert_eq!(name.as_str(), &text);
                prop_assert!(text.len() <= NAME_MAX_BYTES && !text.contains('/') && text != "." && text != "..");
                prop_assert!(!text.chars().any(char::is_control) && !text.trim().is_empty());
                prop_assert_eq!(name.to_string().parse::<NodeName>(), Ok(name.clone()));
                let json = serde_json::to_string(&name).unwrap();
                prop_assert_eq!(serde_json::from_str::<NodeName>(&json).unwrap(), name.clone());
                prop_assert_eq!(NodeName::new(name.numbered(u32::MAX).as_str()), Ok(name.numbered(u32::MAX)));
            }
            Err(NameError::TooLong) => prop_assert!(text.len() > NAME_MAX_BYTES),
            Err(NameError::DotOnly) => prop_assert!(text == "." || text == ".."),
            Err(NameError::Empty) => prop_assert!(!text.chars().any(char::is_alphanumeric)),
            Err(NameError::ForbiddenCharacter) => prop_assert!(text.contains(is_forbidden)),
        }
    }

    #[test]
    fn a_slug_is_13_letters_and_digits_and_nothing_else(text in near("[0-9A-Za-z]{13}")) {
        let is_slug = text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        prop_assert_eq!(text.parse::<Slug>().map(|slug| slug.to_string()), is_slug.then_some(text).ok_or(SlugError));
    }

    #[test]
    fn a_checksum_has_all_of_its_bytes(hex in near("[0-9a-fA-F]{64}"), long in near("[0-9a-zA-Z+/]{11}="), short in near("[0-9a-zA-Z+/]{6}==")) {
        let is_hash = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let hash = hex.parse::<Sha256>().ok().map(|hash| hash.to_string());
        prop_assert_eq!(hash, is_hash.then(|| hex.to_lowercase()));
        // One way to write each: what is compared as text is compared as it is meant.
        for text in [long, short] {
            prop_assert!(text.parse::<Crc64Nvme>().is_ok_and(|crc| crc.to_string() == text)
                || text.parse::<Crc64Nvme>().is_err());
            prop_assert!(text.parse::<Crc32c>().is_ok_and(|crc| crc.to_string() == text)
                || text.parse::<Crc32c>().is_err());
            for algorithm in ChecksumAlgorithm::ALL {
                let read = Checksum::from_base64(algorithm, &text);
                prop_assert!(read.is_err() || read.is_ok_and(|sum| sum.to_base64() == text));
            }
        }
    }

    #[test]
    fn a_time_that_is_read_is_the_time_that_is_printed(
        text in near("[-+]?[0-9]{4,6}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9](:[0-6][0-9]([.][0-9]{1,10})?)?(Z|[-+][0-2][0-9]:[0-6][0-9])"),
        millis in any::<i64>(),
    ) {
        for time in text.parse::<Timestamp>().into_iter().chain([Timestamp::from_millis(millis)]) {
            prop_assert_eq!(time.to_string().parse::<Timestamp>().unwrap(), time);
            prop_assert_eq!(Timestamp::from_millis(time.as_millis()), time);
        }
    }

    #[test]
    fn an_id_is_one_id(text in near("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")) {
        if let Ok(id) = text.parse::<NodeId>() {
            prop_assert_eq!(id.to_string().parse::<NodeId>().unwrap(), id);
            prop_assert_eq!(serde_json::from_str::<NodeId>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
        }
    }

    #[test]
    fn a_body_that_is_read_comes_back(text in bodies(), at in any::<prop::sample::Index>(), other in "[\\PC\"\\\\{}\\[\\],:0-9]{0,3}", taken in 0..4_usize) {
        let mut letters: Vec<char> = text.chars().collect();
        let at = at.index(letters.len());
        let end = letters.len().min(at + taken);
        letters.splice(at..end, other.chars());
        for text in [text, letters.into_iter().collect()] {
            comes_back::<NodePatch>(&text);
            comes_back::<NodeEdit>(&text);
            comes_back::<NewUpload>(&text);
            comes_back::<CompleteUpload>(&text);
            comes_back::<Change>(&text);
            comes_back::<NewFolder>(&text);
            comes_back::<NewLink>(&text);
            comes_back::<NewAccessToken>(&text);
        }
    }

    #[test]
    fn what_is_searched_for_holds_nothing_that_separates(text in any::<String>()) {
        let folded = String::from_utf8(folded(&text)).unwrap();
        prop_assert!(!folded.chars().any(char::is_control));
    }

    #[test]
    fn the_path_of_a_secret_url_is_never_shown(host in "[a-z]{1,9}(:[0-9]{1,4})?", path in "/\\PC{0,20}SECRET\\PC{0,20}", whole in any::<String>()) {
        let url = SecretUrl::new(format!("https://{host}{path}"));
        let shown = format!("{url:?} {url}");
        prop_assert!(!shown.contains("SECRET"));
        let odd = SecretUrl::new(whole.clone());
        prop_assert_eq!(odd.expose(), whole);
        let shown = format!("{odd:?}");
        prop_assert!(!shown.is_empty());
    }
}
