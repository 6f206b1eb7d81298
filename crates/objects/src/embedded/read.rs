//! Reading objects.

use std::collections::VecDeque;
use std::io::{self, SeekFrom};
use std::path::PathBuf;

use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use futures_util::stream::try_unfold;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use super::multipart::UploadId;
use super::sealed::{self, Seal, SealedPart};
use super::{EmbeddedStore, Inner};
use crate::{ObjectError, ObjectKey, ObjectRange, Result};

/// The size of one read, and the most that is held for a reader.
pub(super) const READ_BYTES: usize = 256 * 1024;

/// An object, or a part of it, ready to be read.
pub(super) struct OpenObject<S> {
    pub(super) seal: Seal,
    /// How many bytes will come.
    pub(super) length: u64,
    pub(super) bytes: S,
}

/// `length` bytes of a file, from `offset`.
struct Stretch {
    path: PathBuf,
    offset: u64,
    length: u64,
}

impl EmbeddedStore {
    pub(super) async fn open_object(
        &self,
        key: &ObjectKey,
        range: Option<ObjectRange>,
    ) -> Result<OpenObject<impl Stream<Item = io::Result<Bytes>> + Send + Sync + use<>>> {
        let key = key.clone();
        let (seal, stretches) = self
            .on_files(move |inner| {
                let seal = sealed::read(&inner.layout.object(&key))?;
                let stretches = inner.stretches(&key, &seal, range)?;
                Ok((seal, stretches))
            })
            .await?;
        let length = stretches.iter().map(|stretch| stretch.length).sum();
        Ok(OpenObject { seal, length, bytes: bytes_of(stretches) })
    }
}

impl Inner {
    /// Where the bytes of a range lie.
    fn stretches(
        &self,
        key: &ObjectKey,
        seal: &Seal,
        range: Option<ObjectRange>,
    ) -> Result<VecDeque<Stretch>> {
        let (mut skip, mut left) = match range {
            None => (0, seal.size),
            Some(ObjectRange { first, last }) if first <= last && last < seal.size => {
                (first, last - first + 1)
            }
            Some(_) => return Err(ObjectError::BadRange),
        };
        let upload = seal.upload.as_deref().map(UploadId::from_folder).transpose()?;
        let files: Vec<(PathBuf, u64)> = match upload {
            None => vec![(self.layout.object(key), seal.size)],
            Some(id) => seal
                .parts
                .iter()
                .map(|SealedPart(number, size)| (self.layout.part(&id, *number), *size))
                .collect(),
        };
        let mut stretches = VecDeque::new();
        for (path, size) in files {
            if skip < size && left > 0 {
                let length = left.min(size - skip);
                stretches.push_back(Stretch { path, offset: skip, length });
                left -= length;
            }
            skip = skip.saturating_sub(size);
        }
        Ok(stretches)
    }
}

/// Opens one file after the other, and reads each in pieces.
fn bytes_of(stretches: VecDeque<Stretch>) -> impl Stream<Item = io::Result<Bytes>> + Send + Sync + use<> {
    try_unfold((None::<File>, stretches), |(open, mut stretches)| async move {
        let Some(stretch) = stretches.front_mut() else { return Ok(None) };
        let mut file = match open {
            Some(file) => file,
            None => open_at(stretch).await?,
        };
        let wanted = usize::try_from(stretch.length).unwrap_or(READ_BYTES).min(READ_BYTES);
        let mut bytes = BytesMut::with_capacity(wanted);
        while bytes.len() < wanted {
            let room = (wanted - bytes.len()) as u64;
            if (&mut file).take(room).read_buf(&mut bytes).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        stretch.length -= wanted as u64;
        let done = stretch.length == 0;
        if done {
            stretches.pop_front();
        }
        Ok(Some((bytes.freeze(), ((!done).then_some(file), stretches))))
    })
}

async fn open_at(stretch: &Stretch) -> io::Result<File> {
    let mut file = File::open(&stretch.path).await?;
    file.set_max_buf_size(READ_BYTES);
    if stretch.offset > 0 {
        file.seek(SeekFrom::Start(stretch.offset)).await?;
    }
    Ok(file)
}
