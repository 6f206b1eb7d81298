//! Names with wildcards.

use glob::{MatchOptions, Pattern};
use notespot_protocol::{Node, NodeId, NodeKind};

use crate::{AppError, Remote};

/// A name that begins with a dot is a name like any other: nothing is hidden at the server.
const AS_WRITTEN: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: false,
    require_literal_leading_dot: false,
};

impl Remote {
    /// The living node of a path or id; or, where there is none and the path has wildcards, every node
    /// that it matches, word by word: `*`, `?` and `[a-z]` within a name, `**` for any number of folders.
    ///
    /// Memory: a listing of the folders that are looked through.
    pub async fn find_matching(&self, given: &str) -> Result<Vec<Node>, AppError> {
        match self.find(given).await {
            Err(AppError::NoSuchPath { .. }) if given.contains(['*', '?', '[']) => {
                let found = self.expand(given).await?;
                if found.is_empty() {
                    Err(AppError::NoSuchPath { given: given.to_owned() })
                } else {
                    Ok(found)
                }
            }
            found => Ok(vec![found?]),
        }
    }

    async fn expand(&self, given: &str) -> Result<Vec<Node>, AppError> {
        let words: Vec<_> = given.split('/').filter(|word| !word.is_empty()).collect();
        let Some((last, above)) = words.split_last() else { return Ok(Vec::new()) };
        let mut folders: Vec<Option<NodeId>> = vec![None];
        for word in above {
            let mut below = Vec::new();
            for folder in folders {
                if *word == "**" {
                    below.push(folder);
                    below.extend(self.folders_below(folder).await?);
                } else {
                    below.extend(ids_of_folders(&self.matching(folder, word).await?));
                }
            }
            folders = below;
        }
        let mut found = Vec::new();
        for folder in folders {
            found.extend(self.matching(folder, last).await?);
        }
        Ok(found)
    }

    async fn matching(&self, folder: Option<NodeId>, word: &str) -> Result<Vec<Node>, AppError> {
        let word = if word == "**" { "*" } else { word };
        let pattern = Pattern::new(word).map_err(|_| AppError::NoSuchPath { given: word.to_owned() })?;
        let mut nodes = self.list(folder).await?;
        nodes.retain(|node| pattern.matches_with(node.name.as_str(), AS_WRITTEN));
        Ok(nodes)
    }

    async fn folders_below(&self, folder: Option<NodeId>) -> Result<Vec<Option<NodeId>>, AppError> {
        let (mut found, mut waiting) = (Vec::new(), vec![folder]);
        while let Some(folder) = waiting.pop() {
            let below = ids_of_folders(&self.list(folder).await?);
            waiting.extend(&below);
            found.extend(below);
        }
        Ok(found)
    }
}

fn ids_of_folders(nodes: &[Node]) -> Vec<Option<NodeId>> {
    nodes.iter().filter(|node| node.kind == NodeKind::Folder).map(|node| Some(node.id)).collect()
}
