package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

const (
	sqlPage    = 2000    // rows of one read, at most
	sqlBytes   = 4 << 20 // bytes after which a read ends before that: entries may have a megabyte each
	sqlTimeout = 10 * time.Second
)

const notOurs = "the tables named fairlead_ are not as the ledger makes them"

// sqlStore is what SQLite and PostgreSQL have in common: the tables and the reads. It holds one connection for writing
// and one for reading, each with the ledger's own settings, and replaces one that was lost.
type sqlStore struct {
	dialect dialect
	db      *sql.DB
	writer  lane
	reader  lane
}

// dialect is what the two databases do not share.
type dialect interface {
	name() string
	// prepare makes a fresh connection the ledger's own and checks that it can be trusted.
	prepare(ctx context.Context, c *session) error
	// begin starts a writing transaction that nobody else can write beside.
	begin(ctx context.Context, c *session) error
	commit(ctx context.Context, c *session, in *commit) error
	// insert writes rows at the positions they have, inside begin.
	insert(ctx context.Context, c *session, rows []row, keys []*subjectKey) error
	// in writes the condition that a column is one of many values, and its arguments.
	in(column string, values [][]byte) (string, []any)
	// ofToken is the condition that a body b has a token, in the form of its index, and tokenArgs its arguments.
	ofToken() string
	tokenArgs(token []byte) []any
	// joined is the concatenation of byte columns.
	joined(columns ...string) string
	// text rewrites ? into the dialect's placeholders.
	text(query string) string
	// classify turns a driver's error into the ledger's; doubt: it was a commit.
	classify(err error, doubt bool) error
	migrations() []string
	tableExists() string
	clock() string // an expression for the database's clock in nanoseconds; empty: this machine's
}

// lane is one connection, used by one caller at a time.
type lane struct {
	turn chan struct{}
	conn *session
}

// session is a connection with its prepared statements: preparing costs more than running.
type session struct {
	*sql.Conn
	prepared map[string]*sql.Stmt
}

func (c *session) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt, ok := c.prepared[query]; ok {
		return stmt, nil
	}
	stmt, err := c.PrepareContext(ctx, query)
	if err == nil && len(c.prepared) < 64 {
		c.prepared[query] = stmt
	}
	return stmt, err
}

func newSQLStore(db *sql.DB, d dialect) *sqlStore {
	return &sqlStore{
		dialect: d, db: db,
		writer: lane{turn: make(chan struct{}, 1)}, reader: lane{turn: make(chan struct{}, 1)},
	}
}

// with runs f on a lane's connection. An error that leaves the connection useless replaces it next time.
func (s *sqlStore) with(ctx context.Context, l *lane, f func(c *session) error) error {
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return fail("database", ErrBusy, "", ctx.Err())
	}
	defer func() { <-l.turn }()
	if l.conn == nil {
		conn, err := s.db.Conn(ctx)
		if err != nil {
			return s.dialect.classify(err, false)
		}
		c := &session{conn, map[string]*sql.Stmt{}}
		if err := s.dialect.prepare(ctx, c); err != nil {
			discard(c)
			return err
		}
		l.conn = c
	}
	err := f(l.conn)
	if err != nil && (errors.Is(err, errDoubt) || errors.Is(err, ErrUnavailable) || errors.Is(err, ErrSetup) || ctx.Err() != nil) {
		discard(l.conn)
		l.conn = nil
	}
	return err
}

// discard closes a connection for good, so that the pool does not hand out one that has the ledger's settings or an
// open transaction.
func discard(c *session) {
	for _, stmt := range c.prepared {
		_ = stmt.Close()
	}
	_ = c.Raw(func(any) error { return errBadConn })
	_ = c.Close()
}

func (s *sqlStore) read(ctx context.Context, f func(c *session) error) error {
	return s.with(ctx, &s.reader, f)
}

// transact runs f in a writing transaction that excludes every other writer of the log.
func (s *sqlStore) transact(ctx context.Context, f func(c *session) error) error {
	return s.with(ctx, &s.writer, func(c *session) error {
		if err := s.dialect.begin(ctx, c); err != nil {
			return s.dialect.classify(err, false)
		}
		if err := f(c); err != nil {
			rollback(c)
			return s.dialect.classify(err, false)
		}
		if _, err := c.ExecContext(ctx, "COMMIT"); err != nil {
			rollback(c)
			return s.dialect.classify(err, true)
		}
		return nil
	})
}

func rollback(c *session) {
	ctx, cancel := context.WithTimeout(context.Background(), sqlTimeout)
	defer cancel()
	_, _ = c.ExecContext(ctx, "ROLLBACK")
}

func (s *sqlStore) exec(ctx context.Context, c *session, query string, args ...any) error {
	_, err := c.ExecContext(ctx, s.dialect.text(query), args...)
	return err
}

// rows runs a query and gives every row to scan.
func (s *sqlStore) rows(ctx context.Context, c *session, scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := c.QueryContext(ctx, s.dialect.text(query), args...)
	if err != nil {
		return s.dialect.classify(err, false)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); errors.Is(err, errEnough) {
			return err
		} else if err != nil {
			return s.dialect.classify(err, false)
		}
	}
	if err := rows.Err(); err != nil {
		return s.dialect.classify(err, false)
	}
	return nil
}

func (s *sqlStore) setup(ctx context.Context, fresh settings) (kept settings, err error) {
	if fresh.origin != "" {
		err = s.transact(ctx, func(c *session) error {
			return s.exec(ctx, c, `INSERT INTO fairlead_state (one, origin, token_key, sign_key, epoch, removing)
				VALUES (1, ?, ?, ?, 0, 0) ON CONFLICT DO NOTHING`, fresh.origin, fresh.tokenKey, fresh.signKey)
		})
		if err != nil {
			return kept, err
		}
	}
	err = s.read(ctx, func(c *session) error {
		return s.rows(ctx, c, func(r *sql.Rows) error { return r.Scan(&kept.origin, &kept.tokenKey, &kept.signKey) },
			`SELECT origin, token_key, sign_key FROM fairlead_state`)
	})
	return kept, err
}

func (s *sqlStore) commit(ctx context.Context, in *commit) error {
	return s.with(ctx, &s.writer, func(c *session) error { return s.dialect.commit(ctx, c, in) })
}

func (s *sqlStore) known(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]Seq, error) {
	found := map[uuid.UUID]Seq{}
	hashes := make(map[[16]byte]uuid.UUID, len(ids))
	raw, rawGone := make([][]byte, len(ids)), make([][]byte, len(ids))
	for i := range ids {
		h := goneHash(ids[i])
		hashes[h] = ids[i]
		raw[i], rawGone[i] = ids[i][:], append([]byte(nil), h[:]...)
	}
	err := s.with(ctx, &s.writer, func(c *session) error { // not the reader, whose snapshot may be older
		where, args := s.dialect.in("id", raw)
		err := s.rows(ctx, c, func(r *sql.Rows) error {
			var id sql.RawBytes
			var seq Seq
			err := r.Scan(&id, &seq)
			if err == nil {
				found[uuid.UUID(id)] = seq
			}
			return err
		}, `SELECT id, seq FROM fairlead_body WHERE `+where, args...)
		if err != nil {
			return err
		}
		where, args = s.dialect.in("id", rawGone)
		return s.rows(ctx, c, func(r *sql.Rows) error {
			var h sql.RawBytes
			err := r.Scan(&h)
			if err == nil && len(h) == 16 {
				found[hashes[[16]byte(h)]] = gone
			}
			return err
		}, `SELECT id FROM fairlead_gone WHERE `+where, args...)
	})
	return found, err
}

func (s *sqlStore) keys(ctx context.Context, tokens [][32]byte) (found []keyRow, err error) {
	raw := make([][]byte, len(tokens))
	for i := range tokens {
		raw[i] = tokens[i][:]
	}
	err = s.read(ctx, func(c *session) error {
		where, args := s.dialect.in("token", raw)
		return s.rows(ctx, c, func(r *sql.Rows) error {
			var token sql.RawBytes
			var k keyRow
			err := r.Scan(&token, &k.wrapped, &k.name)
			if err == nil && len(token) != len(k.token) {
				err = fail("read", ErrTampered, "a token of the wrong length", nil)
			}
			if err == nil {
				copy(k.token[:], token)
				found = append(found, k)
			}
			return err
		}, `SELECT token, wrapped, name FROM fairlead_subject WHERE `+where, args...)
	})
	return found, err
}

func (s *sqlStore) look(ctx context.Context, at Seq) (v view, err error) {
	clock := s.dialect.clock()
	if clock == "" {
		clock = "0"
	}
	err = s.read(ctx, func(c *session) error {
		var head sql.NullInt64
		var headLeaf, leaf []byte
		var ns int64
		err := s.rows(ctx, c, func(r *sql.Rows) error { return r.Scan(&head, &headLeaf, &leaf, &v.epoch, &ns) },
			`SELECT h.seq, h.leaf, (SELECT leaf FROM fairlead_entry WHERE seq = ?), s.epoch, `+clock+`
			FROM fairlead_state s LEFT JOIN fairlead_entry h ON h.seq = (SELECT max(seq) FROM fairlead_entry)`, int64(at))
		v.head, v.found = Seq(head.Int64), len(leaf) == 32
		copy(v.headLeaf[:], headLeaf)
		copy(v.leaf[:], leaf)
		if ns != 0 {
			v.clock = time.Unix(0, ns)
		}
		return err
	})
	return v, err
}

func (s *sqlStore) name() string { return s.dialect.name() }

// close gives the connections up. The database is the application's.
func (s *sqlStore) close() error {
	for _, l := range []*lane{&s.writer, &s.reader} {
		l.turn <- struct{}{}
		if l.conn != nil {
			discard(l.conn)
			l.conn = nil
		}
		<-l.turn
	}
	return nil
}

// numbered turns ? into $1, $2, ...
func numbered(query string) string {
	var b strings.Builder
	n := 0
	for {
		i := strings.IndexByte(query, '?')
		if i < 0 {
			b.WriteString(query)
			return b.String()
		}
		n++
		fmt.Fprintf(&b, "%s$%d", query[:i], n)
		query = query[i+1:]
	}
}
