//! Which web pages may send requests (docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html).

use aws_sdk_s3::types::CorsRule;

use crate::s3::check::Outcome::{self, Fine, Wrong};

const ID: &str = "notespot-web-pages";
/// With which presigned requests are sent.
const METHODS: [&str; 2] = ["GET", "PUT"];
/// Headers of answers that a page needs to see.
const EXPOSED: [&str; 3] = ["ETag", "Content-Range", "x-amz-request-id"];
/// How long a browser may remember the answer, in seconds.
const REMEMBERED_SECS: i32 = 3600;

pub(super) const NOT_NEEDED: &str = "No web page sends requests to it: none is needed.";

/// Whether pages of all these origins may send presigned requests.
pub(super) fn judge(rules: &[CorsRule], origins: &[String]) -> Outcome {
    if origins.is_empty() {
        return Fine(NOT_NEEDED.to_owned());
    }
    let missing: Vec<_> =
        origins.iter().filter(|origin| !rules.iter().any(|rule| allows(rule, origin))).cloned().collect();
    if missing.is_empty() {
        return Fine(format!("Pages of {} may send presigned requests.", origins.join(", ")));
    }
    Wrong(format!(
        "Pages of {} cannot send requests to it. Add a CORS rule that allows these origins GET and PUT with all \
         headers.",
        missing.join(", ")
    ))
}

/// The rules with ours, or without it where no page needs it; `None` where nothing has to be changed.
pub(super) fn with_ours(mut rules: Vec<CorsRule>, origins: &[String]) -> Option<Vec<CorsRule>> {
    let had = rules.iter().find(|rule| rule.id.as_deref() == Some(ID));
    // An origin that was taken away must not stay in it.
    let names_no_other = had.is_none_or(|had| had.allowed_origins() == origins);
    if names_no_other && matches!(judge(&rules, origins), Fine(_)) {
        return None;
    }
    rules.retain(|rule| rule.id.as_deref() != Some(ID));
    if !origins.is_empty() {
        let ours = CorsRule::builder()
            .id(ID)
            .set_allowed_origins(Some(origins.to_vec()))
            .set_allowed_methods(Some(METHODS.map(str::to_owned).to_vec()))
            .allowed_headers("*")
            .set_expose_headers(Some(EXPOSED.map(str::to_owned).to_vec()))
            .max_age_seconds(REMEMBERED_SECS);
        rules.push(ours.build().ok()?);
    }
    Some(rules)
}

fn allows(rule: &CorsRule, origin: &str) -> bool {
    rule.allowed_origins().iter().any(|pattern| matches_pattern(pattern, origin))
        && METHODS.iter().all(|method| rule.allowed_methods().iter().any(|one| one == method))
        && rule.allowed_headers().iter().any(|header| header == "*")
}

/// `*` stands for anything, once at the most.
fn matches_pattern(pattern: &str, origin: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == origin,
        Some((before, after)) => {
            origin.len() >= before.len() + after.len()
                && origin.starts_with(before)
                && origin.ends_with(after)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theirs(origin: &str, methods: &[&str]) -> CorsRule {
        let methods = methods.iter().map(|method| (*method).to_owned()).collect();
        let rule = CorsRule::builder().id("theirs").allowed_origins(origin).allowed_headers("*");
        rule.set_allowed_methods(Some(methods)).build().unwrap()
    }

    #[test]
    fn pages_need_a_rule_that_allows_reading_and_sending() {
        let origins = ["https://app.example.org".to_owned()];
        assert!(matches!(judge(&[], &[]), Fine(_)));
        assert!(matches!(judge(&[], &origins), Wrong(said) if said.contains("app.example.org")));
        assert!(matches!(judge(&[theirs("*", &["GET"])], &origins), Wrong(_)));
        assert!(matches!(judge(&[theirs("https://other.org", &METHODS)], &origins), Wrong(_)));
        for origin in ["*", "https://*.example.org", "https://app.example.org"] {
            assert!(matches!(judge(&[theirs(origin, &METHODS)], &origins), Fine(_)), "{origin}");
        }
    }

    #[test]
    fn ours_is_added_changed_and_removed_and_theirs_stay() {
        let other = theirs("https://other.org", &["GET"]);
        let [one, two] = ["https://one.org", "https://two.org"].map(|origin| vec![origin.to_owned()]);
        assert_eq!(with_ours(vec![other.clone()], &[]), None);
        let added = with_ours(vec![other.clone()], &one).unwrap();
        assert!(added.len() == 2 && matches!(judge(&added, &one), Fine(_)));
        assert_eq!(with_ours(added.clone(), &one), None);
        let changed = with_ours(added, &two).unwrap();
        assert!(changed.len() == 2 && matches!(judge(&changed, &two), Fine(_)));
        let fewer = with_ours(changed.clone(), &one).unwrap();
        assert!(
            fewer.len() == 2 && matches!(judge(&fewer, &two), Wrong(_)),
            "what was taken away does not stay"
        );
        assert_eq!(with_ours(changed, &[]), Some(vec![other]));
    }
}
