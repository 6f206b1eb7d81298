//! Objects in memory, for what the pages need: reading a range.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use notespot_objects::{
    ByteStream, CompletePart, ObjectError, ObjectInfo, ObjectKey, ObjectRange, ObjectStore, Result,
    StoredPart,
};
use notespot_protocol::{Crc64Nvme, PartToSend, PresignedRequest};

#[derive(Default)]
pub(super) struct StoredObjects(Mutex<HashMap<String, Bytes>>);

impl StoredObjects {
    pub(super) fn put(&self, content: &[u8]) -> String {
        let key = ObjectKey::generate().to_string();
        self.0.lock().unwrap().insert(key.clone(), Bytes::copy_from_slice(content));
        key
    }
}

#[async_trait]
impl ObjectStore for StoredObjects {
    async fn presign_put(&self, _: &ObjectKey, _: &PartToSend, _: Duration) -> Result<PresignedRequest> {
        Err(ObjectError::NotFound)
    }

    async fn presign_part(
        &self,
        _: &ObjectKey,
        _: &str,
        _: &PartToSend,
        _: Duration,
    ) -> Result<PresignedRequest> {
        Err(ObjectError::NotFound)
    }

    async fn presign_get(&self, _: &ObjectKey, _: Duration) -> Result<PresignedRequest> {
        Err(ObjectError::NotFound)
    }

    async fn create_multipart(&self, _: &ObjectKey) -> Result<String> {
        Err(ObjectError::NotFound)
    }

    async fn list_parts(&self, _: &ObjectKey, _: &str) -> Result<Vec<StoredPart>> {
        Err(ObjectError::NotFound)
    }

    async fn complete_multipart(
        &self,
        _: &ObjectKey,
        _: &str,
        _: &[CompletePart],
        _: Crc64Nvme,
    ) -> Result<()> {
        Err(ObjectError::NotFound)
    }

    async fn abort_multipart(&self, _: &ObjectKey, _: &str) -> Result<()> {
        Ok(())
    }

    async fn head(&self, _: &ObjectKey) -> Result<ObjectInfo> {
        Err(ObjectError::NotFound)
    }

    async fn read(&self, key: &ObjectKey, range: Option<ObjectRange>) -> Result<ByteStream> {
        let bytes = self.0.lock().unwrap().get(key.as_str()).cloned().ok_or(ObjectError::NotFound)?;
        let bytes = match range {
            None => bytes,
            Some(ObjectRange { first, last }) => {
                bytes.slice(usize::try_from(first).unwrap()..=usize::try_from(last).unwrap())
            }
        };
        Ok(Box::pin(futures_util::stream::iter([Ok(bytes)])))
    }

    async fn delete(&self, _: &ObjectKey) -> Result<()> {
        Ok(())
    }

    async fn check(&self) -> Result<()> {
        Ok(())
    }
}
