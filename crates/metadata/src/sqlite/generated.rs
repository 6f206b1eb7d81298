//! Large libraries from a seed, for benchmarks: written past the API, which would take minutes.

use notespot_protocol::{NodeId, NodeName, Timestamp, UserId, VersionId};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{SqliteMetadata, names, rows};
use crate::Result;

/// Rows in one statement: SQLite takes 32,766 values.
const ROWS: usize = 1000;
/// Of so many nodes, one is a folder.
const FOLDER_EVERY: u64 = 16;

const WORDS: [&str; 40] = [
    "report",
    "invoice",
    "photo",
    "holiday",
    "budget",
    "draft",
    "final",
    "meeting",
    "notes",
    "contract",
    "proposal",
    "scan",
    "IMG",
    "presentation",
    "M\u{fc}ller",
    "summary",
    "letter",
    "plan",
    "design",
    "archive",
    "music",
    "track",
    "video",
    "backup",
    "logo",
    "team",
    "project",
    "client",
    "tax",
    "receipt",
    "travel",
    "ticket",
    "recipe",
    "garden",
    "house",
    "\u{5199}\u{771f}",
    "school",
    "exam",
    "lecture",
    "thesis",
];
const ENDINGS: [(&str, &str); 8] = [
    ("pdf", "application/pdf"),
    ("jpg", "image/jpeg"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("png", "image/png"),
    ("mp4", "video/mp4"),
    ("txt", "text/plain"),
    ("zip", "application/zip"),
];

/// xorshift64*: the same library everywhere.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 11) % limit.max(1)
    }

    fn word(&mut self) -> &'static str {
        WORDS[self.below(WORDS.len() as u64) as usize]
    }

    /// Ids made later sort later, as those that clients make.
    fn id(&mut self, number: u64) -> Uuid {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&((0x0190_0000_0000 + number) << 16 | 0x7000).to_be_bytes());
        bytes[8..].copy_from_slice(&(self.next() >> 2 | 1 << 63).to_be_bytes());
        Uuid::from_bytes(bytes)
    }
}

struct Generated {
    id: Uuid,
    parent: Option<Uuid>,
    name: NodeName,
    version: Option<(Uuid, u64, &'static str)>,
    at: i64,
    revision: u64,
}

/// How the nodes lie.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// One of sixteen is a folder, each in one that was drawn of those before it: about nine levels deep.
    Tree,
    /// All of them are files of one folder.
    Flat,
}

impl SqliteMetadata {
    /// Gives a user who has nothing a library of so many nodes, from a seed.
    ///
    /// # Panics
    ///
    /// Where a name that is drawn is none.
    pub async fn generate(&self, owner: &UserId, nodes: u64, seed: u64, shape: Shape) -> Result<()> {
        self.generate_each(std::slice::from_ref(owner), nodes, seed, shape).await
    }

    /// Gives each of several users who have nothing such a library, each another one.
    ///
    /// # Panics
    ///
    /// Where a name that is drawn is none.
    pub async fn generate_each(&self, owners: &[UserId], nodes: u64, seed: u64, shape: Shape) -> Result<()> {
        let mut draw = Draw(seed | 1);
        let mut tx = self.write().await?;
        // Kept up row by row they take most of the time, and gigabytes of log.
        let indexes: Vec<(String, String)> = sqlx::query_as(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL \
             AND tbl_name IN ('nodes', 'versions')",
        )
        .fetch_all(&mut *tx)
        .await?;
        for (name, _) in &indexes {
            QueryBuilder::new("DROP INDEX ").push(name).build().execute(&mut *tx).await?;
        }
        for owner in owners {
            fill(&mut tx, &mut draw, owner, nodes, shape).await?;
        }
        for (_, sql) in &indexes {
            QueryBuilder::new(sql).build().execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }
}

async fn fill(
    tx: &mut sqlx::SqliteConnection,
    draw: &mut Draw,
    owner: &UserId,
    nodes: u64,
    shape: Shape,
) -> Result<()> {
    let mut folders: Vec<Option<Uuid>> = vec![None];
    let mut number = 0;
    let mut used = 0;
    while number < nodes {
        let mut some = Vec::with_capacity(ROWS);
        while number < nodes && some.len() < ROWS {
            number += 1;
            let node = generated(draw, number, &mut folders, shape);
            used += node.version.map_or(0, |(_, size, _)| size);
            some.push(node);
        }
        write(tx, owner, &some).await?;
    }
    sqlx::query("UPDATE users SET revision = ?2, used = ?3 WHERE id = ?1")
        .bind(&owner.0)
        .bind(rows::integer(nodes))
        .bind(rows::integer(used))
        .execute(tx)
        .await?;
    Ok(())
}

fn generated(draw: &mut Draw, number: u64, folders: &mut Vec<Option<Uuid>>, shape: Shape) -> Generated {
    let id = draw.id(number);
    let is_folder = match shape {
        Shape::Tree => number.is_multiple_of(FOLDER_EVERY),
        Shape::Flat => number == 1,
    };
    let parent = match shape {
        Shape::Tree => folders[draw.below(folders.len() as u64) as usize],
        Shape::Flat => folders[folders.len() - 1],
    };
    let (ending, media_type) = ENDINGS[draw.below(ENDINGS.len() as u64) as usize];
    let (one, other) = (draw.word(), draw.word());
    // The number makes siblings' names differ.
    let name = if is_folder { format!("{one} {number}") } else { format!("{one} {other} {number}.{ending}") };
    if is_folder {
        folders.push(Some(id));
    }
    // Log-uniform, from a byte to a gibibyte.
    let bits = draw.below(30);
    let size = (1 << bits) + draw.below(1 << bits);
    let version = (!is_folder).then(|| (draw.id(number), size, media_type));
    let at = 1_700_000_000_000 + i64::try_from(draw.below(90_000_000_000)).unwrap_or_default();
    #[expect(clippy::expect_used, reason = "words and numbers are names")]
    let name = NodeName::new(name).expect("a name");
    Generated { id, parent, name, version, at, revision: number }
}

/// Of no content at all.
fn hash(node: &Generated, version: Uuid) -> Vec<u8> {
    [version.into_bytes(), node.id.into_bytes()].concat()
}

async fn write(tx: &mut sqlx::SqliteConnection, owner: &UserId, some: &[Generated]) -> Result<()> {
    let mut nodes = QueryBuilder::new(
        "INSERT INTO nodes (id, owner, parent, kind, name, unique_key, sort_key, version, size, content_type, \
         sha256, uploaded_at, created_at, modified_at, revision) ",
    );
    nodes.push_values(some, |mut row, node| {
        row.push_bind(rows::key(NodeId(node.id).0))
            .push_bind(owner.0.clone())
            .push_bind(rows::parent_key(node.parent.map(NodeId)))
            .push_bind(if node.version.is_some() { rows::FILE } else { rows::FOLDER })
            .push_bind(node.name.as_str().to_owned())
            .push_bind(node.name.unique_key())
            .push_bind(names::sort_key(&node.name))
            .push_bind(node.version.map(|(id, ..)| rows::key(VersionId(id).0)))
            .push_bind(rows::integer(node.version.map_or(0, |(_, size, _)| size)))
            .push_bind(node.version.map(|(_, _, media_type)| media_type))
            .push_bind(node.version.map(|(id, ..)| hash(node, id)))
            .push_bind(node.version.map(|_| node.at))
            .push_bind(node.at)
            .push_bind(node.at)
            .push_bind(rows::integer(node.revision));
    });
    nodes.build().persistent(false).execute(&mut *tx).await?;
    let files: Vec<_> = some.iter().filter_map(|node| Some((node, node.version?))).collect();
    if files.is_empty() {
        return Ok(());
    }
    let mut versions = QueryBuilder::new(
        "INSERT INTO versions (id, owner, node, size, content_type, sha256, uploaded_at, object_key) ",
    );
    versions.push_values(files, |mut row, (node, (id, size, media_type))| {
        row.push_bind(rows::key(id))
            .push_bind(owner.0.clone())
            .push_bind(rows::key(node.id))
            .push_bind(rows::integer(size))
            .push_bind(media_type)
            .push_bind(hash(node, id))
            .push_bind(Timestamp::from_millis(node.at).as_millis())
            .push_bind(id.simple().to_string());
    });
    versions.build().persistent(false).execute(tx).await?;
    Ok(())
}
