-- What parts of open uploads were presigned for, where the object store may not say it of what has arrived.
-- A part that was presigned for more than one checksum has an empty one: nobody knows which arrived.
CREATE TABLE announced_parts (
    upload   BLOB    NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    number   INTEGER NOT NULL,
    checksum TEXT    NOT NULL,
    PRIMARY KEY (upload, number)
) STRICT, WITHOUT ROWID;

-- What was presigned before is not known: parts of uploads that are open now count as announced in several ways.
WITH RECURSIVE parts (upload, number, last) AS (
    SELECT id, 1, part_count FROM uploads WHERE state = 'open' AND multipart_id IS NOT NULL
    UNION ALL
    SELECT upload, number + 1, last FROM parts WHERE number < last
)
INSERT INTO announced_parts (upload, number, checksum) SELECT upload, number, '' FROM parts;
