package ledger

import (
	"context"
	"errors"
	"strings"
)

// postgres takes the log's lock, the position and the flush in one round trip, by the function fairlead_append.
type postgres struct{}

func (postgres) name() string { return "postgres" }

func (postgres) text(query string) string { return numbered(query) }

func (postgres) ofToken() string { return `b.token = ?` }

func (postgres) tokenArgs(token []byte) []any { return []any{token} }

func (postgres) joined(columns ...string) string {
	return `(` + strings.Join(columns, ` || `) + `)`
}

func (postgres) clock() string {
	return `(extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000`
}

// prepare overrides what the role or the database may have set. The planner settings keep it on the indexes while the
// tables are small or their statistics old: every query of the ledger has one.
func (postgres) prepare(ctx context.Context, c *session) error {
	_, err := c.ExecContext(ctx, `SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE;
		SET synchronous_commit = on; SET statement_timeout = 0; SET lock_timeout = 0; SET bytea_output = 'hex';
		SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off; SET enable_hashjoin = off; SET jit = off`)
	if err != nil {
		return postgres{}.classify(err, false)
	}
	var recovery, fsync, encoding string
	err = c.QueryRowContext(ctx, `SELECT pg_is_in_recovery()::text, current_setting('fsync'), current_setting('server_encoding')`).
		Scan(&recovery, &fsync, &encoding)
	switch {
	case err != nil:
		return postgres{}.classify(err, false)
	case recovery == "true":
		return fail("open", ErrReadOnly, "this is a standby", nil)
	case fsync != "on":
		return fail("open", ErrSetup, "the server runs with fsync off and would lose what it acknowledged", nil)
	case encoding != "UTF8":
		return fail("open", ErrSetup, "the database's encoding must be UTF8", nil)
	}
	return nil
}

func (postgres) begin(ctx context.Context, c *session) error {
	if _, err := c.ExecContext(ctx, `BEGIN ISOLATION LEVEL READ COMMITTED`); err != nil {
		return err
	}
	_, err := c.ExecContext(ctx, `SELECT pg_advisory_xact_lock(1718186348, hashtext(current_schema()))`)
	if err != nil {
		rollback(c)
	}
	return err
}

// columns are rows turned into the arrays that unnest takes.
type columns struct {
	at                              []int64
	stream, kind                    []string
	version                         []int16
	critical                        []bool
	public, commitment, leaf        [][]byte
	id, key, token, sealed, gone    [][]byte
	keyTokens, keyWrapped, keyNames [][]byte
}

func columnsOf(rows []row, keys []*subjectKey, epoch int64) *columns {
	n := len(rows)
	a := &columns{
		at: make([]int64, n), stream: make([]string, n), kind: make([]string, n), version: make([]int16, n),
		critical: make([]bool, n), gone: [][]byte{}, keyTokens: [][]byte{}, keyWrapped: [][]byte{}, keyNames: [][]byte{},
	}
	blobs := make([][]byte, 7*n)
	for i, to := range []*[][]byte{&a.public, &a.commitment, &a.leaf, &a.id, &a.key, &a.token, &a.sealed} {
		*to = blobs[i*n : (i+1)*n]
	}
	for i := range rows {
		r := &rows[i]
		a.at[i], a.stream[i], a.kind[i], a.version[i], a.critical[i] = r.at, r.stream, r.kind, int16(r.version), r.critical
		a.public[i], a.commitment[i], a.leaf[i] = notNil(r.public), r.commitment[:], r.leaf[:]
		a.id[i], a.key[i], a.token[i], a.sealed[i] = r.id[:], keyBytes(&r.key), r.token[:], r.sealed
		if epoch != 0 { // before the first erasure nothing is gone
			h := goneHash(r.id)
			a.gone = append(a.gone, append([]byte(nil), h[:]...))
		}
	}
	for _, k := range keys {
		a.keyTokens, a.keyWrapped, a.keyNames = append(a.keyTokens, k.token[:]), append(a.keyWrapped, k.wrapped), append(a.keyNames, k.name)
	}
	return a
}

func (d postgres) commit(ctx context.Context, c *session, in *commit) error {
	a := columnsOf(in.rows, in.keys, in.epoch)
	var first int64
	err := c.QueryRowContext(ctx, `SELECT fairlead_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
		$16, $17, $18, $19)`, in.epoch, int64(in.guard.seq), in.guard.leaf[:], a.at, a.stream, a.kind, a.version, a.critical,
		a.public, a.commitment, a.leaf, a.id, a.key, a.token, a.sealed, a.gone, a.keyTokens, a.keyWrapped, a.keyNames).Scan(&first)
	if err != nil {
		return d.classify(err, true)
	}
	switch first {
	case -1:
		var epoch int64
		if err := c.QueryRowContext(ctx, `SELECT epoch FROM fairlead_state`).Scan(&epoch); err != nil {
			return d.classify(err, false)
		}
		return &staleError{epoch}
	case -2:
		return fail("append", ErrForked, "the database holds another history than the one followed", nil)
	case -3:
		return errRepeat
	}
	for i := range in.rows {
		in.rows[i].seq = Seq(first) + Seq(i)
	}
	return nil
}

func (postgres) insert(ctx context.Context, c *session, rows []row, keys []*subjectKey) error {
	a := columnsOf(rows, keys, 0)
	seqs := make([]int64, len(rows))
	for i := range rows {
		seqs[i] = int64(rows[i].seq)
	}
	_, err := c.ExecContext(ctx, `INSERT INTO fairlead_entry (seq, at, stream, kind, version, critical, public, commitment, leaf)
		SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::smallint[], $6::boolean[], $7::bytea[],
		$8::bytea[], $9::bytea[])`, seqs, a.at, a.stream, a.kind, a.version, a.critical, a.public, a.commitment, a.leaf)
	if err == nil {
		_, err = c.ExecContext(ctx, `INSERT INTO fairlead_body (seq, id, key, token, sealed)
			SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[])`,
			seqs, a.id, a.key, a.token, a.sealed)
	}
	if err == nil && len(keys) > 0 {
		_, err = c.ExecContext(ctx, `INSERT INTO fairlead_subject (token, wrapped, name)
			SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bytea[])`, a.keyTokens, a.keyWrapped, a.keyNames)
	}
	return err
}

func (postgres) in(column string, values [][]byte) (string, []any) {
	return column + ` = ANY (?::bytea[])`, []any{values}
}

// classify goes by SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html. Without one the connection
// broke, and nobody knows what became of a commit.
func (postgres) classify(err error, doubt bool) error {
	var own *Error
	var stale *staleError
	if err == nil || errors.As(err, &own) || errors.As(err, &stale) || errors.Is(err, errRepeat) {
		return err
	}
	var coded interface{ SQLState() string }
	state := ""
	if errors.As(err, &coded) {
		state = coded.SQLState()
	}
	switch {
	case state == "" || strings.HasPrefix(state, "08") || strings.HasPrefix(state, "57"):
		if doubt {
			return errors.Join(errDoubt, err)
		}
		return fail("database", ErrUnavailable, "", err)
	case state == "23505":
		return errRepeat
	case state == "25006":
		return fail("database", ErrReadOnly, "", err)
	case state == "42501":
		return fail("database", ErrSetup, "the role lacks a right", err)
	case strings.HasPrefix(state, "42"):
		return fail("database", ErrSetup, notOurs, err)
	case state == "23001" || state == "XX001" || state == "XX002":
		return fail("database", ErrTampered, "", err)
	case state == "53100":
		return fail("database", ErrUnavailable, "the disk is full", err)
	}
	return fail("database", ErrUnavailable, "", err)
}
