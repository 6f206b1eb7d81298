-- Public files. `listed_at` is when the link's file was listed, NULL where it is not; `listed_name` is the file's
-- name then and after each change, folded as searches are. Whether the file lives is asked of the node: moving a
-- folder to the trash marks the folder alone.
ALTER TABLE links ADD COLUMN listed_at INTEGER;
ALTER TABLE links ADD COLUMN listed_name TEXT;

-- Holds all that a search has to look at: what does not match costs one step of the index.
CREATE INDEX links_listed ON links (listed_at, slug, listed_name) WHERE listed_at IS NOT NULL AND ended_at IS NULL;
