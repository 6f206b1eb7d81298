//! Folders of a tree, several at once: each is a way to the server and back, and many have little in them.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio_util::sync::CancellationToken;

const AT_ONCE: usize = 16;

/// Takes these folders and all below them: `take` gives the folders that one holds, or `None` where nobody wants
/// to know any more. Ends when there are no more, or when it was cancelled.
///
/// Memory: one entry for each folder that was found and is not taken yet.
pub(super) async fn take_all<T, F>(
    mut waiting: Vec<T>,
    cancel: &CancellationToken,
    take: impl Fn(T) -> F,
) -> Option<()>
where
    F: Future<Output = Option<Vec<T>>>,
{
    // The first of them first.
    waiting.reverse();
    let mut under_way = FuturesUnordered::new();
    while !cancel.is_cancelled() {
        while under_way.len() < AT_ONCE
            && let Some(folder) = waiting.pop()
        {
            under_way.push(take(folder));
        }
        match under_way.next().await {
            Some(found) => waiting.extend(found?),
            None => break,
        }
    }
    Some(())
}
