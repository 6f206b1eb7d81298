//! Uploads in batches of a hundred, through the API.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use notespot_protocol::{
    Batch, BatchItem, ChecksumAlgorithm, ClientRef, CompleteUpload, NewFolder, NewUpload, Node, NodeName,
    OnConflict, PartToSend, UploadPlan,
};
use notespot_testkit::{Api, checksum_of, completion, new_upload};

use crate::asks::line;
use crate::world::{Owner, World};

const BATCH: usize = 100;
/// Objects that are sent at once.
const AT_ONCE: usize = 32;
const CONTENT: &[u8] = b"What stands in it makes no difference here.";

/// Announces so many small files that nothing else is called like. With their parts, as the client does.
pub(crate) fn announced(owner: &Owner, how_many: usize) -> Batch<NewUpload> {
    let one = |_| {
        let mut new = new_upload(owner.folder, &format!("{}.bin", ClientRef::generate()), CONTENT).unwrap();
        let checksum = checksum_of(ChecksumAlgorithm::Crc64Nvme, CONTENT);
        new.parts = vec![PartToSend { number: 1, size: new.size, checksum }];
        new
    };
    Batch { items: (0..how_many).map(one).collect() }
}

/// Calls that complete a hundred uploads each, whose content has arrived.
pub(crate) async fn to_complete(world: &World, count: usize) -> Vec<String> {
    let calls = stream::iter(world.owners.iter().cycle().take(count)).map(|owner| async move {
        let completions = sent(&world.api(owner), owner, BATCH).await?;
        let body = serde_json::to_string(&completions)?;
        anyhow::Ok(line("POST", "/v1/uploads/complete", owner, &body))
    });
    // One after the other: each sends many at once.
    calls.buffered(1).try_collect().await.unwrap()
}

/// Gives each owner so many files in one folder, and a link of the first of them.
pub(crate) async fn fill(world: &mut World, files: usize) {
    let server = world.server().clone();
    for owner in &mut world.owners {
        let api = Api::new(server.clone(), Some(owner.token.clone())).unwrap();
        let folder = NewFolder {
            client_ref: ClientRef::generate(),
            id: None,
            parent: None,
            name: NodeName::new("Everything").unwrap(),
            on_conflict: OnConflict::KeepBoth,
            reuse: false,
        };
        let folder: Node = api.post("/v1/nodes", &folder).await.unwrap().json().unwrap();
        owner.folder = Some(folder.id);
        while owner.nodes.len() < files {
            let completions = sent(&api, owner, BATCH.min(files - owner.nodes.len())).await.unwrap();
            let made: Batch<BatchItem<Node>> =
                api.post("/v1/uploads/complete", &completions).await.unwrap().json().unwrap();
            for made in made.items {
                let node = made.into_result().unwrap();
                owner.revision = owner.revision.max(node.revision.0);
                owner.nodes.push(node.id);
            }
        }
        owner.slugs.push(api.link(owner.nodes[0]).await.unwrap().slug.to_string());
    }
}

/// Plans uploads and sends their content.
async fn sent(api: &Api, owner: &Owner, how_many: usize) -> anyhow::Result<Batch<CompleteUpload>> {
    let plans: Batch<BatchItem<UploadPlan>> =
        api.post("/v1/uploads", &announced(owner, how_many)).await?.json()?;
    let sending = stream::iter(plans.items).map(|plan| async move {
        let plan = plan.into_result().map_err(|problem| anyhow::anyhow!("{}", problem.detail))?;
        let answer = match plan.requests.first() {
            Some(presigned) => api.send(&presigned.request, CONTENT.to_vec()).await?,
            None => api.send_part(&plan, CONTENT, 1).await?,
        };
        anyhow::ensure!(answer.status.is_success(), "{} {}", answer.status, answer.text());
        Ok(completion(&plan, CONTENT))
    });
    Ok(Batch { items: sending.buffered(AT_ONCE).try_collect().await? })
}
