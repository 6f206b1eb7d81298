//! Lifecycle rules (docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html).

use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketVersioningStatus, ExpirationStatus, LifecycleRule,
    LifecycleRuleFilter, TransitionStorageClass,
};

use crate::s3::check::Outcome::{self, Doubtful, Fine, Wrong};

/// Ours: a safety net for parts whose server has gone.
const ID: &str = "notespot-abort-unfinished-uploads";
/// The server gives an upload up after 7 days.
pub(super) const DAYS: i32 = 8;
/// As long as every key is.
const KEY_CHARS: usize = 32;

/// Whether the rules leave objects alone, and end what nobody goes on with.
pub(super) fn judge(rules: &[LifecycleRule]) -> Outcome {
    let ours: Vec<_> = rules.iter().filter(|rule| is_enabled(rule) && may_be_ours(rule)).collect();
    if let Some(rule) = ours.iter().find(|rule| removes(rule)) {
        return Wrong(format!(
            "Its lifecycle rule {} removes objects after a time: files would be lost. Take it away, or confine it \
             to a prefix that no key has (keys are 32 hexadecimal digits).",
            name(rule)
        ));
    }
    if let Some(rule) = ours.iter().find(|rule| archives(rule)) {
        return Wrong(format!(
            "Its lifecycle rule {} moves objects to an archive, from which they cannot be read at once: downloads \
             would fail. Take it away, or use GLACIER_IR instead.",
            name(rule)
        ));
    }
    let first =
        ours.iter().filter_map(|rule| Some((aborted_after(rule)?, rule))).min_by_key(|(days, _)| *days);
    match first {
        Some((days, rule)) if days < DAYS => Doubtful(format!(
            "Its lifecycle rule {} aborts uploads after {days} days, and the server waits 7 days for one that was \
             broken off: such uploads would begin anew. Set it to {DAYS}.",
            name(rule)
        )),
        _ if ours.iter().any(|rule| is_for_all(rule) && aborted_after(rule).is_some()) => {
            Fine("Unfinished uploads are aborted, and no rule removes objects.".to_owned())
        }
        _ => Doubtful(format!(
            "No rule removes objects. To pay for no parts of unfinished uploads that no server is left to remove, \
             add a lifecycle rule that aborts incomplete multipart uploads after {DAYS} days."
        )),
    }
}

/// What becomes of objects that are deleted.
pub(super) fn versions(status: Option<&BucketVersioningStatus>, rules: &[LifecycleRule]) -> Outcome {
    if status.is_none() {
        return Fine("What is deleted is gone: versions are not kept.".to_owned());
    }
    let ends = |rule: &&LifecycleRule| {
        is_enabled(rule) && is_for_all(rule) && rule.noncurrent_version_expiration.is_some()
    };
    if rules.iter().any(|rule| ends(&rule)) {
        return Fine("Versions of deleted files are kept for a time, and then removed.".to_owned());
    }
    Doubtful(
        "The bucket keeps versions: deleted files stay there, and are paid for, for ever. Suspend versioning, or add \
         a lifecycle rule that removes noncurrent versions after some days."
            .to_owned(),
    )
}

/// The rules with ours; `None` where they do what it does already.
pub(super) fn with_ours(mut rules: Vec<LifecycleRule>) -> Option<Vec<LifecycleRule>> {
    let does = |rule: &LifecycleRule| {
        is_enabled(rule) && is_for_all(rule) && aborted_after(rule).is_some_and(|days| days >= DAYS)
    };
    if rules.iter().any(does) {
        return None;
    }
    rules.retain(|rule| rule.id.as_deref() != Some(ID));
    let after = AbortIncompleteMultipartUpload::builder().days_after_initiation(DAYS).build();
    let ours = LifecycleRule::builder()
        .id(ID)
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("").build())
        .abort_incomplete_multipart_upload(after);
    rules.push(ours.build().ok()?);
    Some(rules)
}

fn name(rule: &LifecycleRule) -> &str {
    rule.id.as_deref().unwrap_or("without a name")
}

fn is_enabled(rule: &LifecycleRule) -> bool {
    rule.status == ExpirationStatus::Enabled
}

/// Where keys have to begin with it.
#[expect(deprecated, reason = "buckets may still have rules that were made with it")]
fn prefix(rule: &LifecycleRule) -> &str {
    let filter = rule.filter.as_ref();
    let and = filter.and_then(LifecycleRuleFilter::and);
    let named = rule.prefix.as_deref().or_else(|| filter?.prefix()).or_else(|| and?.prefix());
    named.unwrap_or_default()
}

fn wants_tags(rule: &LifecycleRule) -> bool {
    rule.filter.as_ref().is_some_and(|filter| {
        filter.tag().is_some() || filter.and().is_some_and(|and| !and.tags().is_empty())
    })
}

/// Whether it is about some of our objects at least. They have no tags.
fn may_be_ours(rule: &LifecycleRule) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let prefix = prefix(rule);
    !wants_tags(rule) && prefix.len() <= KEY_CHARS && prefix.bytes().all(hex)
}

/// Whether it is about all of them.
fn is_for_all(rule: &LifecycleRule) -> bool {
    prefix(rule).is_empty() && !wants_tags(rule)
}

fn removes(rule: &LifecycleRule) -> bool {
    rule.expiration.as_ref().is_some_and(|end| end.days.is_some() || end.date.is_some())
}

fn archives(rule: &LifecycleRule) -> bool {
    let archive = [TransitionStorageClass::Glacier, TransitionStorageClass::DeepArchive];
    rule.transitions().iter().any(|to| to.storage_class.as_ref().is_some_and(|class| archive.contains(class)))
}

/// Days.
fn aborted_after(rule: &LifecycleRule) -> Option<i32> {
    rule.abort_incomplete_multipart_upload.as_ref()?.days_after_initiation
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::types::{LifecycleExpiration, NoncurrentVersionExpiration, Tag, Transition};

    use super::*;

    /// An enabled rule for keys that begin so.
    fn rule(prefix: &str) -> aws_sdk_s3::types::builders::LifecycleRuleBuilder {
        let filter = LifecycleRuleFilter::builder().prefix(prefix).build();
        LifecycleRule::builder().id("theirs").status(ExpirationStatus::Enabled).filter(filter)
    }

    fn expiring(prefix: &str) -> LifecycleRule {
        rule(prefix).expiration(LifecycleExpiration::builder().days(30).build()).build().unwrap()
    }

    fn aborting(prefix: &str, days: i32) -> LifecycleRule {
        let after = AbortIncompleteMultipartUpload::builder().days_after_initiation(days).build();
        rule(prefix).abort_incomplete_multipart_upload(after).build().unwrap()
    }

    #[test]
    fn a_rule_that_removes_or_archives_objects_is_wrong_and_named() {
        for prefix in ["", "0", "abcdef"] {
            assert!(
                matches!(judge(&[aborting("", 8), expiring(prefix)]), Wrong(said) if said.contains("theirs"))
            );
        }
        let to = Transition::builder().days(1).storage_class(TransitionStorageClass::DeepArchive).build();
        assert!(matches!(judge(&[rule("").transitions(to).build().unwrap()]), Wrong(_)));
        let to = Transition::builder().days(1).storage_class(TransitionStorageClass::GlacierIr).build();
        let near = rule("").transitions(to).build().unwrap();
        assert!(matches!(judge(&[near, aborting("", 8)]), Fine(_)));
    }

    #[test]
    fn a_rule_about_other_objects_is_none_of_ours() {
        let mut off = expiring("");
        off.status = ExpirationStatus::Disabled;
        let tag = Tag::builder().key("a").value("b").build().unwrap();
        let mut tagged = expiring("");
        tagged.filter = Some(LifecycleRuleFilter::builder().tag(tag).build());
        let marker = LifecycleExpiration::builder().expired_object_delete_marker(true).build();
        let markers = rule("").expiration(marker).build().unwrap();
        for harmless in [expiring("logs/"), expiring("ABC"), off, tagged, markers] {
            assert!(matches!(judge(&[aborting("", 8), harmless.clone()]), Fine(_)), "{harmless:?}");
        }
    }

    #[test]
    fn uploads_are_to_be_aborted_after_the_server_has_given_them_up() {
        assert!(matches!(judge(&[]), Doubtful(_)));
        assert!(matches!(judge(&[aborting("0", 8)]), Doubtful(_)), "some are not all");
        assert!(matches!(judge(&[aborting("", 7)]), Doubtful(said) if said.contains("7 days")));
        assert!(matches!(judge(&[aborting("", 8)]), Fine(_)));
    }

    #[test]
    fn ours_is_added_once_and_theirs_stay() {
        let theirs = expiring("logs/");
        let rules = with_ours(vec![theirs.clone()]).unwrap();
        assert_eq!(rules[0], theirs);
        assert!(rules.len() == 2 && matches!(judge(&rules), Fine(_)));
        assert_eq!(with_ours(rules.clone()), None);
        let mut changed = rules;
        changed[1].status = ExpirationStatus::Disabled;
        let mended = with_ours(changed).unwrap();
        assert!(mended.len() == 2 && matches!(judge(&mended), Fine(_)));
    }

    #[test]
    fn versions_that_are_kept_for_ever_are_doubtful() {
        let enabled = Some(&BucketVersioningStatus::Enabled);
        assert!(matches!(versions(None, &[]), Fine(_)));
        assert!(matches!(versions(enabled, &[aborting("", 8)]), Doubtful(_)));
        let end = NoncurrentVersionExpiration::builder().noncurrent_days(30).build();
        let ends = rule("").noncurrent_version_expiration(end).build().unwrap();
        assert!(matches!(versions(enabled, &[ends]), Fine(_)));
    }
}
