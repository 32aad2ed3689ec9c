-- One log in two tables. The envelope never changes and leads to nobody; the body can go.
CREATE TABLE fairlead_entry (
	seq        INTEGER PRIMARY KEY,
	at         INTEGER NOT NULL, -- nanoseconds since 1970 UTC
	stream     TEXT    NOT NULL,
	kind       TEXT    NOT NULL,
	version    INTEGER NOT NULL,
	critical   INTEGER NOT NULL,
	public     BLOB    NOT NULL,
	commitment BLOB    NOT NULL, -- SHA-256(sealed, id, key, token): sealed begins with a random salt
	leaf       BLOB    NOT NULL  -- RFC 6962 leaf hash of the envelope
) STRICT;
CREATE INDEX fairlead_entry_stream ON fairlead_entry (stream, seq);

CREATE TABLE fairlead_body (
	seq    INTEGER PRIMARY KEY,
	id     BLOB NOT NULL,
	key    BLOB NOT NULL, -- empty: none
	token  BLOB NOT NULL, -- keyed hash of the subject
	sealed BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX fairlead_body_id ON fairlead_body (id);
CREATE INDEX fairlead_body_key ON fairlead_body (key) WHERE key <> x'';
CREATE INDEX fairlead_body_token ON fairlead_body (substr(token, 1, 8));

CREATE TABLE fairlead_subject (
	token   BLOB PRIMARY KEY,
	wrapped BLOB NOT NULL,
	name    BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Hashes of the IDs of erased entries, so that a late retry writes nothing.
CREATE TABLE fairlead_gone (id BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE fairlead_tile (
	level  INTEGER NOT NULL,
	n      INTEGER NOT NULL,
	root   BLOB NOT NULL,
	hashes BLOB NOT NULL,
	PRIMARY KEY (level, n)
) STRICT;

CREATE TABLE fairlead_checkpoint (size INTEGER PRIMARY KEY, note BLOB NOT NULL) STRICT;

CREATE TABLE fairlead_state (
	one       INTEGER PRIMARY KEY CHECK (one = 1),
	origin    TEXT    NOT NULL,
	token_key BLOB    NOT NULL,
	sign_key  BLOB    NOT NULL,
	epoch     INTEGER NOT NULL, -- counts erasures: caches of keys hold for one
	removing  INTEGER NOT NULL  -- position of the entry that accounts for the bodies being deleted; 0: none are
) STRICT;

-- The triggers stop accidents. Whoever owns the database can drop them; checkpoints kept elsewhere show what he did.
CREATE TRIGGER fairlead_entry_update BEFORE UPDATE ON fairlead_entry
BEGIN SELECT RAISE(ABORT, 'fairlead: entries never change'); END;
CREATE TRIGGER fairlead_entry_delete BEFORE DELETE ON fairlead_entry
BEGIN SELECT RAISE(ABORT, 'fairlead: entries are never deleted'); END;
CREATE TRIGGER fairlead_tile_update BEFORE UPDATE ON fairlead_tile
BEGIN SELECT RAISE(ABORT, 'fairlead: tiles never change'); END;
CREATE TRIGGER fairlead_tile_delete BEFORE DELETE ON fairlead_tile
BEGIN SELECT RAISE(ABORT, 'fairlead: tiles are never deleted'); END;
CREATE TRIGGER fairlead_checkpoint_update BEFORE UPDATE ON fairlead_checkpoint
BEGIN SELECT RAISE(ABORT, 'fairlead: checkpoints never change'); END;
CREATE TRIGGER fairlead_checkpoint_delete BEFORE DELETE ON fairlead_checkpoint
BEGIN SELECT RAISE(ABORT, 'fairlead: checkpoints are never deleted'); END;
CREATE TRIGGER fairlead_body_update BEFORE UPDATE ON fairlead_body
BEGIN SELECT RAISE(ABORT, 'fairlead: bodies never change'); END;
CREATE TRIGGER fairlead_body_delete BEFORE DELETE ON fairlead_body
WHEN NOT EXISTS (
	SELECT 1 FROM fairlead_state s JOIN fairlead_entry e ON e.seq = s.removing
	WHERE e.stream = 'ledger' AND e.kind IN ('ledger.erased', 'ledger.retained')
	AND e.seq = (SELECT max(seq) FROM fairlead_entry))
BEGIN SELECT RAISE(ABORT, 'fairlead: a body goes only with the entry that accounts for it'); END;
