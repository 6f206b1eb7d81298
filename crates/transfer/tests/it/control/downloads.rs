//! What a server does about downloads.

use notespot_protocol::{ByteCount, DamagedContent, DownloadPlan, DownloadRequest, NodeName, Timestamp};
use notespot_testkit::sha256_of;
use notespot_transfer::{ControlError, DownloadControl};

use super::super::store::locked;
use super::Stand;

impl DownloadControl for Stand {
    async fn plan(&self, file: DownloadRequest) -> Result<DownloadPlan, ControlError> {
        locked(&self.calls).download_plans += 1;
        let content = self.last();
        Ok(DownloadPlan {
            node: file.node,
            version: *locked(&self.version),
            name: NodeName::new("report.pdf").unwrap(),
            size: ByteCount(content.len() as u64),
            sha256: sha256_of(&content),
            modified_at: Some(Timestamp::from_millis(1_700_000_000_000)),
            request: self.store.presign("GET", &self.base, "offer", &[]),
        })
    }

    async fn report_damaged(&self, damaged: DamagedContent) -> Result<(), ControlError> {
        locked(&self.calls).damaged.push(damaged);
        Ok(())
    }
}
