//! The rounds: every client once, then all of them again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, ensure};

use super::certificates::{self, Certificates};
use super::clients::{Client, Place, Prepared, taking_part};
use super::matrix::{Cell, Way};
use super::measure::{Used, measured, output};
use super::network::{Side, SlowLink};
use super::options::Options;
use super::ours::Ours;
use super::report::{self, RowResult, Sample};
use super::sources::{self, Source};
use super::stores::{OURS, PEERS, Store};
use super::tools::{self, Tools};

const QUICK_ROUNDS: usize = 3;

/// Measures everything that was asked for; writes the report after every row.
pub(super) fn run(options: &Options) -> anyhow::Result<std::process::ExitCode> {
    let tools = Tools::gather(options.programs.as_deref())?;
    let results = options
        .results
        .clone()
        .map_or_else(|| Ok(crate::checkout::root()?.join("bench/results")), anyhow::Ok)?;
    let dir = options.dir.clone().map_or_else(|| Ok(tools::target_dir()?.join("bench-work")), anyhow::Ok)?;
    let work = Work::make(&dir)?;
    let mut at = 0;
    while let Some(first) = options.cells.get(at) {
        let cells: Vec<_> = options.cells[at..].iter().take_while(|cell| cell.same_place(first)).collect();
        work.forget_homes()?;
        let _link = SlowLink::make(first.network)?;
        let authority = &work.certificates.authority;
        let store = Store::start(&tools, &work.certificates, first, &work.folder)?;
        let ours = Ours::start(&tools, &store, Side::of_stores(first.network), authority, &work.folder)?;
        let place = Place {
            tools: &tools,
            store: &store,
            ours: &ours,
            scheme: first.scheme,
            side: Side::of_clients(first.network),
            authority,
            work: &work.folder,
        };
        for cell in &cells {
            let result = Round { options, place: &place, cell, work: &work }.all()?;
            report::add(&results, &tools, result)?;
        }
        at += cells.len();
    }
    Ok(std::process::ExitCode::SUCCESS)
}

/// What lies on the disk while this runs; removed at the end.
struct Work {
    folder: PathBuf,
    block: Vec<u8>,
    certificates: Certificates,
}

impl Work {
    fn make(dir: &Path) -> anyhow::Result<Self> {
        let folder = dir.join(format!("run-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let folder = folder.canonicalize()?;
        let block = sources::block(&folder.join("block.bin"))?;
        let certificates = certificates::make(&folder)?;
        Ok(Self { folder, block, certificates })
    }

    /// Names of runs come again at the next place, where there is another server.
    fn forget_homes(&self) -> anyhow::Result<()> {
        let homes = self.folder.join("homes");
        if homes.exists() {
            fs::remove_dir_all(homes)?;
        }
        Ok(())
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            eprintln!("bench: {} is left behind: {error}", self.folder.display());
        }
    }
}

/// One row at one place.
struct Round<'a> {
    options: &'a Options,
    place: &'a Place<'a>,
    cell: &'a Cell,
    work: &'a Work,
}

impl Round<'_> {
    fn all(&self) -> anyhow::Result<RowResult> {
        let folder = self.work.folder.join("sources");
        fs::create_dir_all(&folder)?;
        let source = sources::make(&folder, self.cell.work(self.options.quick), &self.work.block)?;
        let clients = taking_part(self.cell, self.place, &source, self.options.clients.as_deref());
        let prepared = match self.cell.row.way {
            Way::Down => Some(self.prepare(&source, &clients)?),
            Way::Up => None,
        };
        let mut result = RowResult::new(self.cell, &source, self.options.quick);
        let usual = if self.options.quick { QUICK_ROUNDS } else { self.cell.row.rounds };
        for round in 0..self.options.rounds.unwrap_or(usual) {
            for client in &clients {
                let name = client.name();
                match self.one(*client, &source, prepared.as_ref(), round) {
                    Ok(sample) => {
                        eprintln!("bench: {} round {round} {name}: {sample}", result.place());
                        result.take(*client, sample);
                    }
                    // What a peer cannot do is a result too.
                    Err(error) if client.is_peer() => {
                        eprintln!("bench: {} round {round} {name} failed: {error}", result.place());
                        result.take_failure(*client, &error);
                        self.place.store.clear(PEERS, &format!("{}-", self.cell.row.name))?;
                    }
                    Err(error) => return Err(error.context(format!("{name} in {}", self.cell.row.name))),
                }
                self.forget_download()?;
            }
        }
        self.place.store.clear(PEERS, "")?;
        self.place.store.clear(OURS, "")?;
        // A later row makes it again: two of the largest are too much for a disk.
        if source.bytes > 2 << 30 {
            if source.is_one() { fs::remove_file(&source.path)? } else { fs::remove_dir_all(&source.path)? }
        }
        Ok(result)
    }

    /// What downloads fetch, at the store and at our server.
    fn prepare(&self, source: &Source, clients: &[Client]) -> anyhow::Result<Prepared> {
        let run = format!("src-{}", self.cell.row.name);
        let token = self.place.ours.person(&run)?;
        let mut first = Vec::new();
        if clients.iter().any(|client| *client != Client::Ours) {
            first.extend(self.place.upload(Client::S5cmd { workers: 32 }, source, &run)?);
        }
        if clients.contains(&Client::Ours) {
            first.extend(self.place.upload_as(&run, &token, source)?.into_iter().take(1));
        }
        for call in &first {
            measured(call, &self.log())?;
        }
        settle()?;
        Ok(Prepared { run, token })
    }

    /// Gives the room back and keeps the names until the end: a file system that has just removed ten thousand
    /// files makes new ones slowly for a minute (ext4 does not use an inode again at once), in the time of
    /// whoever comes next.
    fn forget_download(&self) -> anyhow::Result<()> {
        let down = self.work.folder.join("down");
        if down.exists() {
            empty_files(&down)?;
            let emptied = self.work.folder.join("emptied");
            fs::create_dir_all(&emptied)?;
            let number = fs::read_dir(&emptied)?.count();
            fs::rename(down, emptied.join(number.to_string()))?;
        }
        Ok(())
    }

    fn log(&self) -> PathBuf {
        self.work.folder.join("client.log")
    }

    fn one(
        &self,
        client: Client,
        source: &Source,
        prepared: Option<&Prepared>,
        round: usize,
    ) -> anyhow::Result<Sample> {
        let run = format!("{}-{round}-{}", self.cell.row.name, client.name());
        let to = self.work.folder.join("down").join(&run);
        let store = self.place.store;
        let calls = match prepared {
            None => self.place.upload(client, source, &run)?,
            Some(prepared) => {
                fs::create_dir_all(&to)?;
                self.place.download(client, source, prepared, &to)?
            }
        };
        let before = (store.requests()?, store.cpu()?, self.place.ours.cpu()?);
        let mut used = Used::default();
        for call in &calls {
            used = used.and(measured(call, &self.log())?);
        }
        let after = (store.requests()?, store.cpu()?, self.place.ours.cpu()?);
        let begun = Instant::now();
        settle()?;
        let sync = begun.elapsed().as_secs_f64();
        match prepared {
            None => self.verify_upload(client, source, &run)?,
            Some(_) => {
                sources::compare(source, &to, &self.work.block, round == 0)?;
            }
        }
        Ok(Sample {
            wall: used.wall.as_secs_f64(),
            sync: prepared.is_some().then_some(sync),
            user: used.user.as_secs_f64(),
            system: used.system.as_secs_f64(),
            peak_mib: report::mib(used.peak_bytes),
            requests: after.0.zip(before.0).map(|(after, before)| after - before),
            store_cpu: after.1.saturating_sub(before.1).as_secs_f64(),
            server_cpu: (client == Client::Ours).then(|| after.2.saturating_sub(before.2).as_secs_f64()),
        })
    }

    /// Whether the store holds all of it; removes it then.
    fn verify_upload(&self, client: Client, source: &Source, run: &str) -> anyhow::Result<()> {
        let (bucket, prefix) =
            if client == Client::Ours { (OURS, String::new()) } else { (PEERS, format!("{run}/")) };
        let (bytes, objects) = self.place.store.holds(bucket, &prefix)?;
        ensure!(
            (bytes, objects) == (source.bytes, source.files),
            "the store holds {objects} objects of {bytes} bytes, not {} of {}",
            source.files,
            source.bytes
        );
        if client == Client::Ours && !source.is_one() && self.is_flat(&source.path)? {
            let listed = fs::read_to_string(self.log())?.lines().count();
            ensure!(listed >= source.files, "only {listed} files are listed");
        }
        self.place.store.clear(bucket, &prefix)?;
        settle()
    }

    #[allow(clippy::unused_self, reason = "reads as a question about the row")]
    fn is_flat(&self, folder: &Path) -> anyhow::Result<bool> {
        let first = fs::read_dir(folder)?.next().context("the folder is empty")??;
        Ok(first.file_type()?.is_file())
    }
}

fn empty_files(folder: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()? {
            kind if kind.is_dir() => empty_files(&entry.path())?,
            kind if kind.is_file() => fs::File::options().write(true).open(entry.path())?.set_len(0)?,
            _ => {}
        }
    }
    Ok(())
}

/// What was written goes to the disk now, and not in the next client's time.
fn settle() -> anyhow::Result<()> {
    output(&mut Command::new("sync")).map(drop)
}
