//! What an identity provider calls somebody, made fit to be shown.

/// As `PATCH /v1/me` allows.
const NAME_MAX_CHARS: usize = 200;

/// The first of these that shows something: without control characters and white space around it, and at most
/// 200 characters of it.
pub(super) fn display_name<'a>(candidates: impl IntoIterator<Item = Option<&'a str>>) -> Option<String> {
    candidates.into_iter().flatten().map(cleaned).find(|name| !name.is_empty())
}

fn cleaned(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let short: String = plain.trim().chars().take(NAME_MAX_CHARS).collect();
    short.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_that_shows_something() {
        assert_eq!(
            display_name([None, Some(" \n"), Some("Ada\nLovelace ")]).as_deref(),
            Some("Ada Lovelace")
        );
        assert_eq!(display_name([Some("x".repeat(300).as_str())]).map(|name| name.len()), Some(200));
        assert_eq!(display_name([None, Some("")]), None);
    }
}
