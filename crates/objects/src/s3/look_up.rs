//! Many objects at once: by one listing where that says enough, else one by one.

use std::collections::HashMap;
use std::error::Error;

use aws_sdk_s3::types::Object;
use futures_util::future::join;
use futures_util::{StreamExt as _, stream};
use notespot_protocol::ByteCount;

use super::S3Store;
use super::errors::{failed, lacks};
use super::probe::Checks;
use crate::{ObjectError, ObjectInfo, ObjectKey, ObjectStore as _, Result};

/// From this many keys of one group on, a listing costs less than asking for each.
const LISTED_FROM: usize = 4;
/// Requests under way for one call.
const AT_ONCE: usize = 16;

/// A key, and where it stands among those that were asked for.
type Place = (usize, ObjectKey);
type Answer = (usize, Result<ObjectInfo>);

impl S3Store {
    /// What the store holds under each of these keys, in their order. Memory: an entry for each key.
    pub(super) async fn look_up(&self, keys: &[ObjectKey]) -> Vec<Result<ObjectInfo>> {
        let mut groups: HashMap<String, Vec<Place>> = HashMap::new();
        for (at, key) in keys.iter().cloned().enumerate() {
            groups.entry(key.group().to_owned()).or_default().push((at, key));
        }
        let many = groups.values().any(|group| group.len() >= LISTED_FROM);
        let may_list = many && self.learned().await.is_ok_and(|learned| learned.checks != Checks::Reports);
        let (listed, single): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|(_, group)| may_list && group.len() >= LISTED_FROM);
        let single = single.into_iter().flat_map(|(_, group)| group).collect();
        let listed = stream::iter(listed)
            .map(|(group, places)| async move { self.look_up_group(&group, places).await })
            .buffer_unordered(AT_ONCE)
            .concat();
        let (single, listed) = join(self.look_up_each(single), listed).await;
        let mut found: Vec<_> = keys.iter().map(|_| Err(ObjectError::NotFound)).collect();
        for (at, answer) in single.into_iter().chain(listed) {
            found[at] = answer;
        }
        found
    }

    async fn look_up_each(&self, places: Vec<Place>) -> Vec<Answer> {
        let heads = stream::iter(places).map(|(at, key)| async move { (at, self.head(&key).await) });
        heads.buffer_unordered(AT_ONCE).collect().await
    }

    async fn look_up_group(&self, group: &str, places: Vec<Place>) -> Vec<Answer> {
        let sizes = match self.list_group(group).await {
            Ok(sizes) => sizes,
            // A listing may be forbidden where asking is not.
            Err(error) => {
                tracing::debug!(error = &error as &dyn Error, "objects are asked for one by one");
                return self.look_up_each(places).await;
            }
        };
        let info = |key: &ObjectKey| {
            let size = sizes.get(key.as_str()).ok_or(ObjectError::NotFound)?;
            Ok(ObjectInfo { size: *size, checksum: None })
        };
        places.into_iter().map(|(at, key)| (at, info(&key))).collect()
    }

    /// The objects of one group: at most as many as were planned in one call.
    async fn list_group(&self, group: &str) -> Result<HashMap<String, ByteCount>> {
        let call = self.client.list_objects_v2().bucket(&self.name).prefix(group);
        let mut pages = call.into_paginator().send();
        let mut sizes = HashMap::new();
        while let Some(page) = pages.next().await {
            for Object { key, size, .. } in page.map_err(failed)?.contents.unwrap_or_default() {
                let size = size.and_then(|size| u64::try_from(size).ok()).ok_or_else(|| lacks("a length"))?;
                sizes.insert(key.ok_or_else(|| lacks("a key"))?, ByteCount(size));
            }
        }
        Ok(sizes)
    }
}
