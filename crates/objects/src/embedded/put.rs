//! Writing objects, and removing them.

use std::fs;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use super::checksums::{Following, Named};
use super::sealed::{self, Seal};
use super::temporary::{TemporaryFile, prepare, settle};
use super::{EmbeddedStore, Inner, errors};
use crate::{ObjectError, ObjectKey, Result};

/// Bytes that were written, verified and synchronised, and have no name yet.
pub(super) struct Received {
    pub(super) file: TemporaryFile,
    pub(super) seal: Seal,
}

impl EmbeddedStore {
    /// Writes a body to a sealed temporary file. A body that ends early, is longer than announced,
    /// or has another checksum leaves nothing.
    pub(super) async fn receive<E>(
        &self,
        body: impl Stream<Item = std::result::Result<Bytes, E>> + Send,
        named: Named,
    ) -> Result<Received> {
        let file = self.on_files(|inner| TemporaryFile::make(&inner.layout).map_err(errors::io)).await?;
        let mut writer = File::options().write(true).open(file.path()).await.map_err(errors::io)?;
        let mut following = Following::new(named);
        let mut body = std::pin::pin!(body);
        while let Some(bytes) = body.next().await {
            // The client is gone, or sent nonsense; either way there is nothing to keep.
            let bytes = bytes.map_err(|_| ObjectError::Truncated)?;
            following.update(&bytes)?;
            writer.write_all(&bytes).await.map_err(errors::io)?;
        }
        let seal = following.finish()?;
        writer.write_all(&seal.to_bytes().map_err(errors::io)?).await.map_err(errors::io)?;
        writer.flush().await.map_err(errors::io)?;
        writer.sync_all().await.map_err(errors::io)?;
        Ok(Received { file, seal })
    }

    /// Gives what was received an object's name.
    pub(super) async fn publish_object(&self, key: ObjectKey, received: Received) -> Result<Seal> {
        self.on_files(move |inner| inner.publish_object(&key, received)).await
    }
}

impl Inner {
    /// Gives a key its object, durably, once: a presigned request stays good for minutes after the
    /// object became somebody's file, and must not put other bytes behind it. The same again changes
    /// nothing; anything else is a `ChecksumMismatch`.
    pub(super) fn publish_object(&self, key: &ObjectKey, Received { file, seal }: Received) -> Result<Seal> {
        let path = self.layout.object(key);
        prepare(&path).map_err(errors::io)?;
        self.change(|| match sealed::read(&path) {
            // The bytes that are there stay: equal checksums of other bytes can be made.
            Ok(there) if there == seal => Ok(()),
            Ok(_) => Err(ObjectError::ChecksumMismatch),
            Err(ObjectError::NotFound) => file.publish(&path).map_err(errors::io),
            Err(error) => Err(error),
        })?;
        settle(&path).map_err(errors::io)?;
        Ok(seal)
    }

    /// Removes an object, durably. One that is gone changes nothing.
    pub(super) fn delete_object(&self, key: &ObjectKey) -> Result<()> {
        let path = self.layout.object(key);
        let removed = self.change(|| {
            let seal = sealed::read(&path).ok();
            match fs::remove_file(&path) {
                Ok(()) => Ok(seal),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(errors::io(error)),
            }
        })?;
        if let Some(seal) = removed {
            settle(&path).map_err(errors::io)?;
            self.remove_parts(&seal);
        }
        Ok(())
    }

    /// Removes part files that no object lists any more. What is left by a failure is swept at the
    /// next start.
    fn remove_parts(&self, seal: &Seal) {
        let Some(id) = seal.upload.as_deref().and_then(|id| super::multipart::UploadId::from_folder(id).ok())
        else {
            return;
        };
        if let Err(error) = fs::remove_dir_all(self.layout.parts(&id)) {
            tracing::warn!(%error, "the parts of a removed object could not be removed");
        }
    }
}
