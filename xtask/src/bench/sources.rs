//! The files that are moved. All are made of one mebibyte, repeated: the discarding store serves the
//! same, so that what comes back can be compared.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use super::matrix::Work;

const MIB: usize = 1024 * 1024;
/// Of all sizes that are drawn.
pub(super) const SEED: u64 = 20_261_124;
/// Of the logarithm of sizes in the mixed tree: half of the files are below the median, and the largest
/// hundredth holds most of the bytes.
const SIGMA: f64 = 2.0;

/// Something to move: a file, or a folder of files.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) files: usize,
    pub(super) bytes: u64,
}

impl Source {
    pub(super) fn is_one(&self) -> bool {
        self.path.is_file()
    }

    pub(super) fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// `SplitMix64` (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// From 0 to 1, without either.
    fn unit(&mut self) -> f64 {
        let bits = u32::try_from(self.next() >> 32).unwrap_or_default();
        (f64::from(bits) + 0.5) / 4_294_967_296.0
    }

    /// Normally distributed (Box and Muller).
    fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }
}

/// What everything is made of; written to `file`, for the store.
pub(super) fn block(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut draw = Draw(SEED);
    let block: Vec<u8> =
        std::iter::repeat_with(|| draw.next().to_le_bytes()).take(MIB / 8).flatten().collect();
    fs::write(file, &block)?;
    Ok(block)
}

/// Makes what a row moves below `folder`, unless it is there.
pub(super) fn make(folder: &Path, work: Work, block: &[u8]) -> anyhow::Result<Source> {
    let (name, sizes) = match work {
        Work::One { mib } => (format!("one-{mib}.bin"), vec![mib * MIB as u64]),
        Work::Small { files } => (format!("small-{files}"), vec![16 * 1024; files]),
        Work::Mixed { files, mib } => (format!("mixed-{files}"), mixed(files, mib * MIB as u64)),
    };
    let path = folder.join(name);
    let source = Source { path, files: sizes.len(), bytes: sizes.iter().sum() };
    if source.path.exists() {
        return Ok(source);
    }
    let made = folder.join("being-made");
    if let Work::One { .. } = work {
        write(&made, block, source.bytes)?;
    } else {
        let folders = if matches!(work, Work::Mixed { .. }) { 100 } else { 1 };
        for (number, size) in sizes.iter().enumerate() {
            let below = if folders == 1 {
                made.clone()
            } else {
                made.join(format!("folder-{:03}", number % folders))
            };
            fs::create_dir_all(&below)?;
            write(&below.join(format!("file-{number:05}.bin")), block, *size)?;
        }
    }
    fs::rename(&made, &source.path)?;
    Ok(source)
}

/// Log-normal sizes, scaled to `total` bytes together.
fn mixed(files: usize, total: u64) -> Vec<u64> {
    let mut draw = Draw(SEED);
    let raw: Vec<f64> = std::iter::repeat_with(|| (SIGMA * draw.normal()).exp()).take(files).collect();
    let sum: f64 = raw.iter().sum();
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a size is at most 8 GiB, and exact to a byte there"
    )]
    let scaled = |size: &f64| (size / sum * total as f64) as u64;
    raw.iter().map(scaled).collect()
}

fn write(path: &Path, block: &[u8], mut bytes: u64) -> anyhow::Result<()> {
    let mut file = File::create(path)?;
    while bytes > 0 {
        let piece = usize::try_from(bytes).unwrap_or(usize::MAX).min(block.len());
        file.write_all(&block[..piece])?;
        bytes -= piece as u64;
    }
    Ok(())
}

/// Whether all files of a source have come to `folder`: their number and their sizes, and every byte
/// where `bytes` says so.
pub(super) fn compare(source: &Source, folder: &Path, block: &[u8], bytes: bool) -> anyhow::Result<()> {
    let (mut files, mut length) = (0, 0);
    let mut left = vec![folder.to_owned()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                left.push(path);
                continue;
            }
            files += 1;
            length += fs::metadata(&path)?.len();
            if bytes {
                is_of_block(&path, block)?;
            }
        }
    }
    ensure!(
        (files, length) == (source.files, source.bytes),
        "{files} files of {length} bytes have come, not {} of {}",
        source.files,
        source.bytes
    );
    Ok(())
}

fn is_of_block(path: &Path, block: &[u8]) -> anyhow::Result<()> {
    let mut file = File::open(path)?;
    let mut piece = Vec::with_capacity(block.len());
    loop {
        piece.clear();
        (&mut file).take(block.len() as u64).read_to_end(&mut piece)?;
        let expected = block.get(..piece.len()).context("a piece is too long")?;
        ensure!(piece == expected, "{} has other bytes", path.display());
        if piece.len() < block.len() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mixed_tree_has_its_size_and_is_skewed() {
        let mut sizes = mixed(50_000, 8 << 30);
        let total: u64 = sizes.iter().sum();
        assert!(((8 << 30) - 50_000..=8 << 30).contains(&total), "{total}");
        sizes.sort_unstable();
        let median = sizes[25_000];
        assert!((10_000..60_000).contains(&median), "{median}");
    }
}
