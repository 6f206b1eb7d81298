-- What the object store verifies of the parts of an upload. Uploads that were begun before know one kind.
ALTER TABLE uploads ADD COLUMN checksum TEXT NOT NULL DEFAULT 'crc64nvme';
