//! Listings of objects.

use std::fs;

use s3s::dto::{ListObjectsV2Input, ListObjectsV2Output, Object, Timestamp};
use s3s::{S3Result, s3_error};

use super::s3_api::{no_key, signed};
use super::{EmbeddedStore, Inner, errors, sealed};
use crate::{ObjectKey, Result};

const PAGE_MAX: i32 = 1000;
/// Keys that begin with the same two digits lie in one folder: a listing reads one, never all.
const PREFIX_LEAST: usize = 2;

impl EmbeddedStore {
    /// The objects whose keys begin with a prefix of at least two digits, in order, in pages.
    pub(super) async fn list(&self, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
        let prefix = input.prefix.clone().unwrap_or_default();
        if prefix.len() < PREFIX_LEAST || input.delimiter.is_some() {
            return Err(s3_error!(
                NotImplemented,
                "This store lists keys by a prefix of two digits or more."
            ));
        }
        let limit = input.max_keys.unwrap_or(PAGE_MAX).clamp(1, PAGE_MAX);
        let after = input.continuation_token.or(input.start_after);
        let count = limit.unsigned_abs() as usize;
        let listed = self.on_files(move |inner| inner.list(&prefix, after.as_deref(), count));
        let (objects, more) = listed.await.map_err(no_key)?;
        Ok(ListObjectsV2Output {
            name: Some(input.bucket),
            prefix: input.prefix,
            max_keys: Some(limit),
            key_count: i32::try_from(objects.len()).ok(),
            is_truncated: Some(more),
            next_continuation_token: objects.last().filter(|_| more).and_then(|last| last.key.clone()),
            contents: Some(objects),
            ..ListObjectsV2Output::default()
        })
    }
}

impl Inner {
    /// At most `count` objects, and whether there are more. Memory: the keys of one folder that match.
    fn list(&self, prefix: &str, after: Option<&str>, count: usize) -> Result<(Vec<Object>, bool)> {
        // Digits and nothing else: a prefix names no other folder.
        if !prefix.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok((Vec::new(), false));
        }
        let folder = match fs::read_dir(self.layout.objects(prefix)) {
            Ok(folder) => folder,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((Vec::new(), false)),
            Err(error) => return Err(errors::io(error)),
        };
        let mut keys = Vec::new();
        for entry in folder {
            let name = entry.map_err(errors::io)?.file_name();
            let Some(key) = name.to_str().and_then(|name| ObjectKey::parse(name).ok()) else { continue };
            if key.as_str().starts_with(prefix) && after.is_none_or(|after| key.as_str() > after) {
                keys.push(key);
            }
        }
        keys.sort_unstable();
        let more = keys.len() > count;
        keys.truncate(count);
        let objects = keys.iter().filter_map(|key| self.listed(key).transpose());
        Ok((objects.collect::<Result<_>>()?, more))
    }

    /// `None` when it was deleted since its folder was read.
    fn listed(&self, key: &ObjectKey) -> Result<Option<Object>> {
        let path = self.layout.object(key);
        let seal = match sealed::read(&path) {
            Ok(seal) => seal,
            Err(crate::ObjectError::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        let modified = fs::metadata(&path).and_then(|metadata| metadata.modified());
        Ok(Some(Object {
            key: Some(key.to_string()),
            size: Some(signed(seal.size)),
            e_tag: Some(s3s::dto::ETag::Strong(seal.etag())),
            last_modified: modified.ok().map(Timestamp::from),
            ..Object::default()
        }))
    }
}
