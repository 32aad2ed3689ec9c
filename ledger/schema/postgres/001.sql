-- One log in two tables. The envelope never changes and leads to nobody; the body can go.
CREATE TABLE fairlead_entry (
	seq        bigint   PRIMARY KEY,
	at         bigint   NOT NULL, -- nanoseconds since 1970 UTC
	stream     text     NOT NULL,
	kind       text     NOT NULL,
	version    smallint NOT NULL,
	critical   boolean  NOT NULL,
	public     bytea    NOT NULL,
	commitment bytea    NOT NULL, -- SHA-256(sealed, id, key, token): sealed begins with a random salt
	leaf       bytea    NOT NULL  -- RFC 6962 leaf hash of the envelope
);
CREATE INDEX fairlead_entry_stream ON fairlead_entry (stream, seq);

CREATE TABLE fairlead_body (
	seq    bigint PRIMARY KEY,
	id     bytea NOT NULL,
	key    bytea NOT NULL, -- empty: none
	token  bytea NOT NULL, -- keyed hash of the subject
	sealed bytea NOT NULL
);
CREATE UNIQUE INDEX fairlead_body_id ON fairlead_body (id);
CREATE INDEX fairlead_body_key ON fairlead_body (key, seq) WHERE key <> ''::bytea;
CREATE INDEX fairlead_body_token ON fairlead_body (token, seq);

CREATE TABLE fairlead_subject (
	token   bytea PRIMARY KEY,
	wrapped bytea NOT NULL,
	name    bytea NOT NULL
);

-- Hashes of the IDs of erased entries, so that a late retry writes nothing.
CREATE TABLE fairlead_gone (id bytea PRIMARY KEY);

CREATE TABLE fairlead_tile (
	level  integer NOT NULL,
	n      bigint  NOT NULL,
	root   bytea NOT NULL,
	hashes bytea NOT NULL,
	PRIMARY KEY (level, n)
);

CREATE TABLE fairlead_checkpoint (size bigint PRIMARY KEY, note bytea NOT NULL);

CREATE TABLE fairlead_state (
	one       integer PRIMARY KEY CHECK (one = 1),
	origin    text   NOT NULL,
	token_key bytea  NOT NULL,
	sign_key  bytea  NOT NULL,
	epoch     bigint NOT NULL, -- counts erasures: caches of keys hold for one
	removing  bigint NOT NULL  -- position of the entry that accounts for the bodies being deleted; 0: none are
);

-- The triggers stop accidents. Whoever owns the database can drop them; checkpoints kept elsewhere show what he did.
CREATE FUNCTION fairlead_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'fairlead: rows of % never change', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER fairlead_entry_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON fairlead_entry
	FOR EACH STATEMENT EXECUTE FUNCTION fairlead_refuse();
CREATE TRIGGER fairlead_tile_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON fairlead_tile
	FOR EACH STATEMENT EXECUTE FUNCTION fairlead_refuse();
CREATE TRIGGER fairlead_checkpoint_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON fairlead_checkpoint
	FOR EACH STATEMENT EXECUTE FUNCTION fairlead_refuse();
CREATE TRIGGER fairlead_body_fixed BEFORE UPDATE OR TRUNCATE ON fairlead_body
	FOR EACH STATEMENT EXECUTE FUNCTION fairlead_refuse();

CREATE FUNCTION fairlead_accounted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (
		SELECT 1 FROM fairlead_state s JOIN fairlead_entry e ON e.seq = s.removing
		WHERE e.stream = 'ledger' AND e.kind IN ('ledger.erased', 'ledger.retained')
		AND e.seq = (SELECT max(seq) FROM fairlead_entry)) THEN
		RAISE EXCEPTION 'fairlead: a body goes only with the entry that accounts for it' USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER fairlead_body_accounted BEFORE DELETE ON fairlead_body
	FOR EACH STATEMENT EXECUTE FUNCTION fairlead_accounted();

-- The one lock of the log. It is a lock of the transaction, given up after the commit is flushed and visible, and it
-- queues fairly. A counter row would serve too, but bloats under a long snapshot.
CREATE FUNCTION fairlead_lock() RETURNS void LANGUAGE sql AS $$
	SELECT pg_advisory_xact_lock(1718186348, hashtext(current_schema()))
$$;

-- Appends rows at the next positions and returns the first, or a negative code and wrote nothing: -1 the erasure epoch
-- is another, -2 the guarded position holds another leaf, -3 an ID was erased before. A repeated ID or key is a unique
-- violation. Every statement of a volatile function has its own snapshot when the isolation is read committed, so that
-- max(seq) is read after the lock is had.
CREATE FUNCTION fairlead_append(
	p_epoch bigint, p_guard bigint, p_guard_leaf bytea,
	p_at bigint[], p_stream text[], p_kind text[], p_version smallint[], p_critical boolean[], p_public bytea[],
	p_commitment bytea[], p_leaf bytea[], p_id bytea[], p_key bytea[], p_token bytea[], p_sealed bytea[], p_gone bytea[],
	k_token bytea[], k_wrapped bytea[], k_name bytea[]
) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	base bigint;
BEGIN
	PERFORM fairlead_lock();
	IF (SELECT epoch FROM fairlead_state) <> p_epoch THEN
		RETURN -1;
	END IF;
	IF p_guard <> 0 AND NOT EXISTS (SELECT 1 FROM fairlead_entry WHERE seq = p_guard AND leaf = p_guard_leaf) THEN
		RETURN -2;
	END IF;
	IF p_epoch <> 0 AND EXISTS (SELECT 1 FROM fairlead_gone WHERE id = ANY (p_gone)) THEN
		RETURN -3;
	END IF;
	base := coalesce((SELECT max(seq) FROM fairlead_entry), 0);
	IF cardinality(k_token) > 0 THEN
		INSERT INTO fairlead_subject (token, wrapped, name) SELECT * FROM unnest(k_token, k_wrapped, k_name);
	END IF;
	INSERT INTO fairlead_entry (seq, at, stream, kind, version, critical, public, commitment, leaf)
		SELECT base + n, t.at, t.stream, t.kind, t.version, t.critical, t.public, t.commitment, t.leaf
		FROM unnest(p_at, p_stream, p_kind, p_version, p_critical, p_public, p_commitment, p_leaf)
		WITH ORDINALITY AS t (at, stream, kind, version, critical, public, commitment, leaf, n);
	INSERT INTO fairlead_body (seq, id, key, token, sealed)
		SELECT base + n, t.id, t.key, t.token, t.sealed
		FROM unnest(p_id, p_key, p_token, p_sealed) WITH ORDINALITY AS t (id, key, token, sealed, n);
	RETURN base + 1;
END $$;
