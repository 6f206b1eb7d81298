//! The control side: what a server does, in memory.

mod downloads;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use notespot_protocol::{
    ByteCount, Challenge, ChecksumAlgorithm, ClientRef, CompleteUpload, Content, ContentRange, Crc64Nvme,
    DamagedContent, ErrorCode, NewUpload, Node, NodeId, NodeKind, NodeName, OnConflict, PartToSend,
    PresignedPart, Problem, ProveUpload, Revision, Sha256, Timestamp, UploadId, UploadPlan, UploadState,
    VersionId,
};
use notespot_testkit::{FaultProxy, checksum_of, completion, proof_of, sha256_of};
use notespot_transfer::{
    CancellationToken, ControlError, Engine, Existing, FileToDownload, FileToUpload, Progress, SaveTo, Saved,
    Settings, TransferError, UploadControl,
};
use tempfile::TempDir;

use super::store::{Store, header, locked};

pub(crate) const MIB: usize = 1024 * 1024;

struct Upload {
    new: NewUpload,
    plan: UploadPlan,
}

#[derive(Default)]
pub(crate) struct Calls {
    pub(crate) plans: usize,
    pub(crate) presigned: usize,
    pub(crate) aborted: usize,
    pub(crate) download_plans: usize,
    pub(crate) damaged: Vec<DamagedContent>,
    /// Proofs that were right, and those that were not.
    pub(crate) proven: usize,
    pub(crate) refuted: usize,
}

pub(crate) type Hook = Box<dyn FnMut() + Send>;

/// One server, one store, one engine and one folder.
pub(crate) struct Stand {
    pub(crate) store: Arc<Store>,
    pub(crate) engine: Engine,
    pub(crate) folder: TempDir,
    pub(crate) calls: Mutex<Calls>,
    /// Called when a plan has been made: the file has been hashed if it is small.
    pub(crate) after_plan: Mutex<Option<Hook>>,
    /// Called when a proof has been made.
    pub(crate) before_proof: Mutex<Option<Hook>>,
    /// Called when parts are presigned.
    pub(crate) after_presign: Mutex<Option<Hook>>,
    pub(crate) published: Mutex<Vec<Bytes>>,
    pub(crate) progress: Progress,
    /// What was said of the last upload.
    pub(crate) was_there: Mutex<bool>,
    base: String,
    offered: NodeId,
    version: Mutex<VersionId>,
    pub(crate) part_bytes: usize,
    /// What plans name.
    pub(crate) checksum: ChecksumAlgorithm,
    /// Whether it knows again what was published.
    pub(crate) knows_content: bool,
    /// What each upload said to be.
    pub(crate) claims: Arc<Mutex<HashMap<UploadId, Sha256>>>,
    uploads: Mutex<HashMap<UploadId, Upload>>,
}

/// Quick to give up, so that tests are quick.
pub(crate) fn impatient() -> Settings {
    Settings {
        stall_timeout: Duration::from_millis(500),
        // The rest of a stalled part may fit into the system's buffers: then its answer is missing.
        answer_timeout: Duration::from_secs(3),
        first_pause: Duration::from_millis(20),
        longest_pause: Duration::from_millis(200),
        ..Settings::default()
    }
}

impl Stand {
    pub(crate) async fn start() -> Self {
        Self::with(Store::default().start().await, impatient())
    }

    pub(crate) fn with(store: Arc<Store>, settings: Settings) -> Self {
        let base = format!("http://{}", store.address());
        Self { base, ..Self::over(store, Engine::new(settings).unwrap()) }
    }

    /// Presigned addresses begin with this.
    pub(crate) fn reached_at(mut self, base: &str) -> Self {
        base.clone_into(&mut self.base);
        self
    }

    /// The engine knows its own way to the store.
    pub(crate) fn over(store: Arc<Store>, engine: Engine) -> Self {
        Self {
            base: "http://store".to_owned(),
            store,
            engine,
            folder: tempfile::tempdir().unwrap(),
            calls: Mutex::default(),
            after_plan: Mutex::default(),
            before_proof: Mutex::default(),
            after_presign: Mutex::default(),
            published: Mutex::default(),
            progress: Progress::new(),
            was_there: Mutex::default(),
            part_bytes: 8 * MIB,
            checksum: ChecksumAlgorithm::default(),
            knows_content: false,
            claims: Arc::default(),
            offered: NodeId::generate(),
            version: Mutex::new(VersionId::generate()),
            uploads: Mutex::default(),
        }
    }

    /// The store is reached through a network that fails on request.
    pub(crate) async fn behind_proxy() -> (Self, FaultProxy) {
        let mut stand = Self::start().await;
        let proxy = stand.through_proxy().await;
        (stand, proxy)
    }

    pub(crate) async fn through_proxy(&mut self) -> FaultProxy {
        let proxy = FaultProxy::start().await.unwrap();
        proxy.forward_to(self.store.address());
        proxy.url().as_str().trim_end_matches('/').clone_into(&mut self.base);
        proxy
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Everything in the folder, hidden files too.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub(crate) async fn upload(&self, path: &Path) -> Result<Node, TransferError> {
        self.upload_as(path, ClientRef::generate(), &CancellationToken::new()).await
    }

    pub(crate) async fn upload_as(
        &self,
        path: &Path,
        client_ref: ClientRef,
        cancel: &CancellationToken,
    ) -> Result<Node, TransferError> {
        let file = FileToUpload {
            path: path.to_owned(),
            parent: None,
            name: NodeName::new(path.file_name().unwrap().to_str().unwrap()).unwrap(),
            on_conflict: OnConflict::KeepBoth,
            content_type: None,
            client_ref,
        };
        let uploaded = self.engine.upload_file(self, &file, &self.progress, cancel).await?;
        *locked(&self.was_there) = uploaded.was_there;
        Ok(uploaded.node)
    }

    fn known(&self, sha256: Sha256) -> Option<Bytes> {
        locked(&self.published).iter().find(|known| sha256_of(known) == sha256).cloned()
    }

    fn challenge(&self, id: UploadId, sha256: Sha256) -> Option<Challenge> {
        let known = self.known(sha256)?;
        locked(&self.claims).insert(id, sha256);
        Some(challenge_for(known.len()))
    }

    /// What was published last.
    pub(crate) fn last(&self) -> Bytes {
        locked(&self.published).last().cloned().expect("nothing was published")
    }

    /// Puts an object in place that downloads will be planned for.
    pub(crate) fn offer(&self, content: &[u8]) {
        *locked(&self.version) = VersionId::generate();
        locked(&self.store.objects).insert("offer".into(), content.to_vec().into());
        locked(&self.published).push(content.to_vec().into());
    }

    /// Downloads what was offered.
    pub(crate) async fn download(&self, to: &SaveTo, existing: Existing) -> Result<Saved, TransferError> {
        let cancel = CancellationToken::new();
        self.engine.download_file(self, &self.offered(to, existing), &self.progress, &cancel).await
    }

    /// What was offered, to be downloaded: the same node and version each time.
    pub(crate) fn offered(&self, to: &SaveTo, existing: Existing) -> FileToDownload {
        FileToDownload { node: self.offered, to: to.clone(), existing }
    }

    /// Waits until no download holds this part file any more.
    pub(crate) async fn free(&self, part: &Path) {
        let file = std::fs::File::open(part).unwrap();
        tokio::task::spawn_blocking(move || file.lock().unwrap()).await.unwrap();
    }

    pub(crate) fn here(&self) -> SaveTo {
        SaveTo::Folder(self.folder.path().to_owned())
    }

    fn presign_part(&self, id: UploadId, part: &PartToSend) -> PresignedPart {
        let headers = [
            ("content-length", part.size.get().to_string()),
            (&*header(part.checksum.algorithm()), part.checksum.to_base64()),
        ];
        let key = format!("{id}.{}", part.number);
        PresignedPart { number: part.number, request: self.store.presign("PUT", &self.base, &key, &headers) }
    }

    fn node(&self, name: &NodeName, size: ByteCount, said: &CompleteUpload) -> Node {
        Node {
            id: NodeId::generate(),
            parent: None,
            name: name.clone(),
            kind: NodeKind::File,
            description: String::new(),
            tags: Vec::new(),
            created_at: Timestamp::now(),
            modified_at: Timestamp::now(),
            trashed_at: None,
            revision: Revision(locked(&self.published).len() as u64),
            content: Some(Content {
                version: VersionId::generate(),
                size,
                content_type: "application/octet-stream".into(),
                sha256: said.sha256,
                uploaded_at: Timestamp::now(),
            }),
        }
    }
}

/// Always the same: what is random about it is the server's business.
fn challenge_for(size: usize) -> Challenge {
    let range = |at: usize| ContentRange {
        offset: ByteCount((size / 5 * at) as u64),
        length: ByteCount((size / 10).min(600_000) as u64),
    };
    Challenge { nonce: "a nonce".into(), ranges: (0..5).map(range).collect() }
}

fn refused(code: ErrorCode) -> ControlError {
    ControlError::new(code, notespot_testkit::Refused(Problem::new(400, code, "No.")))
}

fn call(hook: &Mutex<Option<Hook>>) {
    if let Some(hook) = locked(hook).as_mut() {
        hook();
    }
}

impl UploadControl for Stand {
    async fn plan(&self, new: NewUpload) -> Result<UploadPlan, ControlError> {
        locked(&self.calls).plans += 1;
        let mut uploads = locked(&self.uploads);
        let known = uploads.values().find(|upload| upload.new.client_ref == new.client_ref);
        let mut plan = if let Some(upload) = known {
            UploadPlan { resumed: true, ..upload.plan.clone() }
        } else {
            let size = usize::try_from(new.size.get()).unwrap();
            let part_bytes = if size <= self.part_bytes { size } else { self.part_bytes };
            let part_count = u32::try_from(size.div_ceil(part_bytes.max(1)).max(1)).unwrap();
            let plan = UploadPlan {
                id: UploadId::generate(),
                client_ref: new.client_ref,
                part_bytes: ByteCount(part_bytes as u64),
                part_count,
                checksum: self.checksum,
                state: UploadState::Open,
                resumed: false,
                same_size: false,
                challenge: None,
                requests: Vec::new(),
            };
            uploads.insert(plan.id, Upload { new: new.clone(), plan: plan.clone() });
            plan
        };
        if new.parts.iter().any(|part| part.size != plan.part_bytes) {
            return Err(refused(ErrorCode::BadRequest));
        }
        if plan.state == UploadState::Open {
            let fitting = new.parts.iter().filter(|part| part.checksum.algorithm() == plan.checksum);
            plan.requests = fitting.map(|part| self.presign_part(plan.id, part)).collect();
        }
        drop(uploads);
        if self.knows_content && plan.state == UploadState::Open {
            let size = usize::try_from(new.size.get()).unwrap();
            plan.same_size = locked(&self.published).iter().any(|known| known.len() == size);
            plan.challenge = new.sha256.and_then(|sha256| self.challenge(plan.id, sha256));
        }
        call(&self.after_plan);
        Ok(plan)
    }

    async fn presign(
        &self,
        id: UploadId,
        parts: Vec<PartToSend>,
    ) -> Result<Vec<PresignedPart>, ControlError> {
        locked(&self.calls).presigned += 1;
        let checksum = locked(&self.uploads)[&id].plan.checksum;
        if parts.iter().any(|part| part.checksum.algorithm() != checksum) {
            return Err(refused(ErrorCode::BadRequest));
        }
        let presigned = parts.iter().map(|part| self.presign_part(id, part)).collect();
        call(&self.after_presign);
        Ok(presigned)
    }

    async fn arrived(&self, id: UploadId) -> Result<Vec<PartToSend>, ControlError> {
        let uploads = locked(&self.uploads);
        let UploadPlan { part_count, checksum, .. } =
            uploads.get(&id).ok_or_else(|| refused(ErrorCode::NotFound))?.plan;
        let objects = locked(&self.store.objects);
        let part = |number| {
            let bytes = objects.get(&format!("{id}.{number}"))?;
            let size = ByteCount(bytes.len() as u64);
            Some(PartToSend { number, size, checksum: checksum_of(checksum, bytes) })
        };
        Ok((1..=part_count).filter_map(part).collect())
    }

    async fn complete(&self, said: CompleteUpload) -> Result<Node, ControlError> {
        let mut uploads = locked(&self.uploads);
        let upload = uploads.get_mut(&said.id).ok_or_else(|| refused(ErrorCode::NotFound))?;
        let (name, size) = (upload.new.name.clone(), upload.new.size);
        if upload.plan.state == UploadState::Open && !self.store.discards {
            let objects = locked(&self.store.objects);
            let mut whole = Vec::new();
            for number in 1..=upload.plan.part_count {
                let part = objects.get(&format!("{}.{number}", said.id));
                whole.extend_from_slice(part.ok_or_else(|| refused(ErrorCode::UploadIncomplete))?);
            }
            assert_eq!(whole.len() as u64, size.get());
            let expected = completion(&upload.plan, &whole);
            assert_eq!(said.crc64nvme, expected.crc64nvme, "the combined checksum is that of the whole");
            assert_eq!((said.sha256, &said.parts), (expected.sha256, &expected.parts));
            locked(&self.published).push(whole.into());
        }
        upload.plan.state = UploadState::Published;
        Ok(self.node(&name, size, &said))
    }

    async fn prove(&self, said: ProveUpload) -> Result<Node, ControlError> {
        call(&self.before_proof);
        let claimed =
            locked(&self.claims).remove(&said.id).ok_or_else(|| refused(ErrorCode::ProofRefused))?;
        let content = self.known(claimed).unwrap();
        if said.proof != proof_of(&challenge_for(content.len()), &content) {
            locked(&self.calls).refuted += 1;
            return Err(refused(ErrorCode::ProofRefused));
        }
        locked(&self.calls).proven += 1;
        let mut uploads = locked(&self.uploads);
        let upload = uploads.get_mut(&said.id).unwrap();
        upload.plan.state = UploadState::Published;
        let name = upload.new.name.clone();
        locked(&self.published).push(content);
        let (sha256, crc64nvme) = (claimed, Crc64Nvme(0));
        let said = CompleteUpload { id: said.id, sha256, crc64nvme, parts: Vec::new() };
        Ok(self.node(&name, upload.new.size, &said))
    }

    async fn abort(&self, id: UploadId) -> Result<(), ControlError> {
        locked(&self.calls).aborted += 1;
        if let Some(upload) = locked(&self.uploads).get_mut(&id) {
            upload.plan.state = UploadState::Aborted;
        }
        Ok(())
    }
}
