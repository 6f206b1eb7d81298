//! Whether the bytes of files are there.

use notespot_protocol::{Batch, BatchItem, DownloadPlan, DownloadRequest};
use notespot_testkit::sha256_of;
use reqwest::Method;

use super::ledger::Ledger;
use super::patient::Patient;

/// Each file that lives is downloaded, and is what was acknowledged.
pub(super) async fn is_whole(patient: &Patient, ledger: &Ledger) {
    let living: Vec<_> = ledger
        .nodes()
        .filter(|node| ledger.lives(node.id))
        .filter_map(|node| Some((node.id, node.content.as_ref()?)))
        .collect();
    let items: Vec<_> =
        living.iter().map(|(node, _)| DownloadRequest { node: *node, version: None }).collect();
    let plans: Batch<BatchItem<DownloadPlan>> =
        patient.call(Method::POST, "/v1/downloads", &Batch { items }).await;
    assert_eq!(plans.items.len(), living.len());
    for (plan, (node, content)) in plans.items.into_iter().zip(living) {
        let plan = plan.into_result().unwrap();
        let bytes = patient.api.send(&plan.request, Vec::new()).await.unwrap().body;
        assert_eq!(sha256_of(&bytes), content.sha256, "{node}");
    }
}
