//! The server, over a network that loses calls and answers.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use crc_fast::{CrcAlgorithm, Digest as Crc};
use notespot_protocol::{
    Checksum, CompleteUpload, Crc64Nvme, DamagedContent, DownloadPlan, DownloadRequest, ErrorCode, NewUpload,
    Node, PartToSend, PresignedPart, Problem, ProveUpload, Sha256, UploadId, UploadPlan,
};
use notespot_testkit::Refused;
use notespot_transfer::{ControlError, DownloadControl, Engine, Settings, UploadControl};

use super::fates::{Fates, Strike};
use super::faults::{Ask, Fault};
use super::network::Network;
use crate::it::control::Stand;
use crate::it::store::{Store, locked};

/// The stand, which does what it is told, and what a server sees to beyond it: that what is repeated gives the
/// same file, and that nothing is published which the store has otherwise.
pub(super) struct Server {
    pub(super) stand: Stand,
    pub(super) fates: Arc<Fates>,
    uploads: Mutex<HashMap<UploadId, Upload>>,
}

struct Upload {
    part_count: u32,
    became: Became,
}

#[derive(Clone)]
enum Became {
    /// It is open yet.
    Nothing,
    File(Box<Node>),
    /// It was given up.
    Never,
}

fn refused(code: ErrorCode) -> ControlError {
    ControlError::new(code, Refused(Problem::new(400, code, "No.")))
}

impl Server {
    pub(super) fn new(fates: Arc<Fates>, settings: Settings) -> Self {
        let store = Arc::new(Store::default());
        let network = Network::new(store.clone(), fates.clone());
        let mut stand = Stand::over(store, Engine::over(Arc::new(network), settings));
        if Path::new("/dev/shm").is_dir() {
            // A disk would be the slowest part of it.
            stand.folder = tempfile::tempdir_in("/dev/shm").unwrap();
        }
        Self { stand, fates, uploads: Mutex::default() }
    }

    /// One call: done not at all, once or twice, and heard of or not.
    async fn call<T, F>(&self, strike: &Strike, work: impl Fn() -> F + Sync) -> Result<T, ControlError>
    where
        F: Future<Output = Result<T, ControlError>> + Send,
    {
        match strike.fault() {
            Some(Fault::Busy) => {
                strike.happened();
                return Err(refused(ErrorCode::Unavailable));
            }
            Some(Fault::DroppedBefore) => return strike.for_ever().await,
            Some(Fault::Delay) => strike.delay().await,
            Some(Fault::Twice) => {
                let _ = work().await;
                strike.happened();
            }
            _ => {}
        }
        let answer = work().await;
        match strike.fault() {
            Some(Fault::AnswerLost) => {
                strike.happened();
                Err(refused(ErrorCode::ServerUnreachable))
            }
            Some(Fault::DroppedAfter) => strike.for_ever().await,
            _ => answer,
        }
    }

    fn number(&self, id: UploadId) -> usize {
        self.fates.upload(&id.to_string())
    }

    fn became(&self, id: UploadId) -> Became {
        locked(&self.uploads)[&id].became.clone()
    }

    fn becomes(&self, id: UploadId, became: Became) {
        locked(&self.uploads).get_mut(&id).unwrap().became = became;
    }

    async fn make_plan(&self, new: NewUpload, upload: usize) -> Result<UploadPlan, ControlError> {
        let plan = UploadControl::plan(&self.stand, new).await?;
        self.fates.planned(plan.id, upload);
        let fresh = Upload { part_count: plan.part_count, became: Became::Nothing };
        locked(&self.uploads).entry(plan.id).or_insert(fresh);
        Ok(plan)
    }

    async fn publish(&self, said: &CompleteUpload, strike: &Strike) -> Result<Node, ControlError> {
        match self.became(said.id) {
            Became::Nothing => {}
            Became::File(node) => return Ok(*node),
            Became::Never => return Err(refused(ErrorCode::UploadEnded)),
        }
        let is_doubted = strike.fault() == Some(Fault::WrongSum);
        if is_doubted {
            strike.happened();
        }
        if is_doubted || self.holds_other_bytes(said) {
            self.give_up(said.id).await?;
            return Err(refused(ErrorCode::ChecksumMismatch));
        }
        let node = self.stand.complete(said.clone()).await?;
        self.becomes(said.id, Became::File(node.clone().into()));
        Ok(node)
    }

    /// Whether the store has all parts, and they are not what was said.
    fn holds_other_bytes(&self, said: &CompleteUpload) -> bool {
        let count = locked(&self.uploads)[&said.id].part_count;
        let objects = locked(&self.stand.store.objects);
        let parts = (1..=count).map(|number| objects.get(&format!("{}.{number}", said.id)));
        let Some(parts) = parts.collect::<Option<Vec<_>>>() else { return false };
        let mut sum = Crc::new(CrcAlgorithm::Crc64Nvme);
        for part in parts {
            sum.update(part);
        }
        Crc64Nvme(sum.finalize()) != said.crc64nvme
    }

    async fn copy(&self, said: ProveUpload) -> Result<Node, ControlError> {
        if let Became::File(node) = self.became(said.id) {
            return Ok(*node);
        }
        let node = self.stand.prove(said).await?;
        self.becomes(said.id, Became::File(node.clone().into()));
        Ok(node)
    }

    async fn give_up(&self, id: UploadId) -> Result<(), ControlError> {
        if matches!(self.became(id), Became::Nothing) {
            self.becomes(id, Became::Never);
            self.stand.abort(id).await?;
        }
        Ok(())
    }
}

impl UploadControl for Server {
    async fn plan(&self, new: NewUpload) -> Result<UploadPlan, ControlError> {
        let upload = self.fates.upload_of(new.client_ref);
        let strike = self.fates.of(Ask::Plan { upload }, true);
        self.call(&strike, || self.make_plan(new.clone(), upload)).await
    }

    async fn presign(
        &self,
        id: UploadId,
        parts: Vec<PartToSend>,
    ) -> Result<Vec<PresignedPart>, ControlError> {
        let strike = self.fates.of_parts(self.number(id), parts.iter().map(|part| part.number));
        self.call(&strike, || self.stand.presign(id, parts.clone())).await
    }

    async fn arrived(&self, id: UploadId) -> Result<Vec<PartToSend>, ControlError> {
        let strike = self.fates.of(Ask::Arrived { upload: self.number(id) }, true);
        let mut arrived = self.call(&strike, || self.stand.arrived(id)).await?;
        if let (Some(Fault::WrongSum), Some(part)) = (strike.fault(), arrived.first_mut()) {
            part.checksum = Checksum::Crc64Nvme(Crc64Nvme(1));
            // It has to come again.
            locked(&self.stand.store.objects).remove(&format!("{id}.{}", part.number));
            strike.happened();
        }
        Ok(arrived)
    }

    async fn complete(&self, said: CompleteUpload) -> Result<Node, ControlError> {
        let strike = self.fates.of(Ask::Complete { upload: self.number(said.id) }, true);
        self.call(&strike, || self.publish(&said, &strike)).await
    }

    async fn prove(&self, said: ProveUpload) -> Result<Node, ControlError> {
        let strike = self.fates.of(Ask::Prove { upload: self.number(said.id) }, true);
        self.call(&strike, || self.copy(said)).await
    }

    async fn abort(&self, id: UploadId) -> Result<(), ControlError> {
        let strike = self.fates.of(Ask::Abort { upload: self.number(id) }, true);
        self.call(&strike, || self.give_up(id)).await
    }
}

impl DownloadControl for Server {
    async fn plan(&self, file: DownloadRequest) -> Result<DownloadPlan, ControlError> {
        let ask = if file.version.is_some() { Ask::Renew } else { Ask::PlanDownload };
        let strike = self.fates.of(ask, true);
        let mut plan = self.call(&strike, || DownloadControl::plan(&self.stand, file)).await?;
        if strike.fault() == Some(Fault::WrongSum) {
            plan.sha256 = Sha256::from_bytes([1; 32]);
            strike.happened();
        }
        Ok(plan)
    }

    async fn report_damaged(&self, damaged: DamagedContent) -> Result<(), ControlError> {
        let strike = self.fates.of(Ask::ReportDamage, true);
        self.call(&strike, || self.stand.report_damaged(damaged)).await
    }
}
