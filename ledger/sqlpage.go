package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// A column costs a driver more than its bytes: those of fixed length come as one.
const (
	rowHead   = `e.seq, e.at, e.stream, e.kind, e.version * 2 + CASE WHEN e.critical THEN 1 ELSE 0 END, e.public, b.sealed, `
	rowTables = ` FROM fairlead_entry e JOIN fairlead_body b ON b.seq = e.seq `
)

func (s *sqlStore) page(ctx context.Context, dst []row, q query, after, upTo Seq) ([]row, Seq, error) {
	text, args := s.pageQuery(q, after, upTo)
	before := len(dst)
	var to rowScanner
	err := s.read(ctx, func(c *session) error {
		return s.rows(ctx, c, func(r *sql.Rows) error {
			dst = append(dst, row{})
			row := &dst[len(dst)-1]
			if err := to.scan(r, row); err != nil {
				return err
			}
			if err := row.fill(to.fixed); err != nil {
				return err
			}
			return to.enough()
		}, text, args...)
	})
	if full := errors.Is(err, errEnough); full || err == nil && len(dst)-before == sqlPage {
		return dst, dst[len(dst)-1].seq, nil
	}
	return dst, upTo, err
}

// errEnough ends a read that has as many bytes as one should have.
var errEnough = errors.New("a full page")

func (s *rowScanner) enough() error {
	if s.bytes >= sqlBytes {
		return errEnough
	}
	return nil
}

// pageQuery asks each stream by its own index, so that a rare stream does not read through the busy ones.
func (s *sqlStore) pageQuery(q query, after, upTo Seq) (string, []any) {
	rowColumns := rowHead + s.dialect.joined(`b.id`, `b.token`, `b.key`)
	limit := fmt.Sprintf(" ORDER BY seq LIMIT %d", sqlPage)
	span := []any{int64(after), int64(upTo)}
	switch {
	case q.by == byKey:
		return `SELECT ` + rowColumns + rowTables + `WHERE b.key = ? AND b.key <> ` + emptyBlob(s.dialect) +
			` AND b.seq > ? AND b.seq <= ? ORDER BY b.seq LIMIT ` + fmt.Sprint(sqlPage), append([]any{q.key[:]}, span...)
	case q.by == bySubject:
		text := `SELECT ` + rowColumns + rowTables + `WHERE ` + s.dialect.ofToken() + ` AND b.seq > ? AND b.seq <= ?`
		args := append(s.dialect.tokenArgs(q.token[:]), span...)
		if len(q.streams) > 0 {
			text += ` AND e.stream IN (?` + strings.Repeat(", ?", len(q.streams)-1) + `)`
			for _, stream := range q.streams {
				args = append(args, stream)
			}
		}
		return text + ` ORDER BY b.seq LIMIT ` + fmt.Sprint(sqlPage), args
	case len(q.streams) == 0:
		return `SELECT ` + rowColumns + rowTables + `WHERE e.seq > ? AND e.seq <= ? ORDER BY e.seq LIMIT ` + fmt.Sprint(sqlPage), span
	}
	var parts []string
	var args []any
	for _, stream := range q.streams {
		parts = append(parts, `SELECT * FROM (SELECT `+rowColumns+rowTables+
			`WHERE e.stream = ? AND e.seq > ? AND e.seq <= ? ORDER BY e.seq LIMIT `+fmt.Sprint(sqlPage)+`) AS x`)
		args = append(append(args, stream), span...)
	}
	return strings.Join(parts, " UNION ALL ") + limit, args
}

func emptyBlob(d dialect) string {
	if d.name() == "sqlite" {
		return `x''`
	}
	return `''::bytea`
}

// rowScanner reads the rows of one page. It shares their few different names and lays their payloads into blocks.
type rowScanner struct {
	names  map[string]string
	copies arena

	stream, kind, public, sealed, fixed sql.RawBytes
	seq, flags                          int64
	bytes                               int // of the payloads so far
}

// scan reads rowHead and one column of bytes of fixed length, of which the last ones are id, token and key.
func (s *rowScanner) scan(r *sql.Rows, to *row) error {
	if s.names == nil {
		s.names = map[string]string{}
	}
	if err := r.Scan(&s.seq, &to.at, &s.stream, &s.kind, &s.flags, &s.public, &s.sealed, &s.fixed); err != nil {
		return err
	}
	to.seq, to.version, to.critical = Seq(s.seq), uint8(s.flags/2), s.flags%2 != 0
	to.stream, to.kind = intern(s.names, s.stream), intern(s.names, s.kind)
	s.bytes += len(s.public) + len(s.sealed)
	to.public, to.sealed = s.copies.copy(s.public), s.copies.copy(s.sealed)
	return nil
}

// fill takes id, token and, if there is one, key.
func (r *row) fill(fixed []byte) error {
	if len(fixed) != 48 && len(fixed) != 64 {
		return &Error{Op: "read", Reason: ErrTampered, Seq: r.seq, Detail: "a body column of the wrong length"}
	}
	copy(r.id[:], fixed)
	copy(r.token[:], fixed[16:])
	copy(r.key[:], fixed[48:])
	r.kept = true
	return nil
}

func intern(names map[string]string, b []byte) string {
	if s, ok := names[string(b)]; ok {
		return s
	}
	s := string(b)
	names[s] = s
	return s
}
