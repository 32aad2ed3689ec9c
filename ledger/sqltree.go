package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

// audit reads envelopes whether they have a body or not.
func (s *sqlStore) audit(ctx context.Context, dst []row, after, upTo Seq) ([]row, error) {
	var to rowScanner
	err := s.read(ctx, func(c *session) error {
		return s.rows(ctx, c, func(r *sql.Rows) error {
			dst = append(dst, row{})
			row := &dst[len(dst)-1]
			if err := to.scan(r, row); err != nil {
				return err
			}
			if len(to.fixed) < 2*hashSize || to.flags < 0 || to.flags > 511 {
				return &Error{Op: "read", Reason: ErrTampered, Seq: row.seq, Detail: "an envelope column out of shape"}
			}
			copy(row.commitment[:], to.fixed)
			copy(row.leaf[:], to.fixed[hashSize:])
			if len(to.fixed) == 2*hashSize {
				return to.enough()
			}
			if err := row.fill(to.fixed[2*hashSize:]); err != nil {
				return err
			}
			return to.enough()
		}, `SELECT `+rowHead+s.dialect.joined(`e.commitment`, `e.leaf`, `coalesce(`+s.dialect.joined(`b.id`, `b.token`, `b.key`)+`, `+emptyBlob(s.dialect)+`)`)+`
			FROM fairlead_entry e LEFT JOIN fairlead_body b ON b.seq = e.seq
			WHERE e.seq > ? AND e.seq <= ? ORDER BY e.seq LIMIT `+fmt.Sprint(sqlPage), int64(after), int64(upTo))
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return dst, err
}

func (s *sqlStore) hashes(ctx context.Context, dst []byte, query string, args ...any) ([]byte, error) {
	err := s.read(ctx, func(c *session) error {
		return s.rows(ctx, c, func(r *sql.Rows) error {
			var h sql.RawBytes
			err := r.Scan(&h)
			if err == nil && len(h) != 32 {
				err = fail("read", ErrTampered, "a hash of the wrong length", nil)
			}
			dst = append(dst, h...)
			return err
		}, query, args...)
	})
	return dst, err
}

func (s *sqlStore) leaves(ctx context.Context, dst []byte, after, upTo Seq) ([]byte, error) {
	return s.hashes(ctx, dst, `SELECT leaf FROM fairlead_entry WHERE seq > ? AND seq <= ? ORDER BY seq`,
		int64(after), int64(upTo))
}

func (s *sqlStore) roots(ctx context.Context, dst []byte, level int, from, to int64) ([]byte, error) {
	return s.hashes(ctx, dst, `SELECT root FROM fairlead_tile WHERE level = ? AND n >= ? AND n < ? ORDER BY n`,
		level, from, to)
}

func (s *sqlStore) tile(ctx context.Context, level int, n int64) (hashes []byte, err error) {
	err = s.read(ctx, func(c *session) error {
		return s.rows(ctx, c, func(r *sql.Rows) error { return r.Scan(&hashes) },
			`SELECT hashes FROM fairlead_tile WHERE level = ? AND n = ?`, level, n)
	})
	return hashes, err
}

// putTiles needs no lock of the log: a tile is a function of leaves that never change.
func (s *sqlStore) putTiles(ctx context.Context, tiles []tile) error {
	for len(tiles) > 0 {
		some := tiles[:min(len(tiles), 16)]
		tiles = tiles[len(some):]
		err := s.transact(ctx, func(c *session) error {
			for i := range some {
				t := &some[i]
				err := s.exec(ctx, c, `INSERT INTO fairlead_tile (level, n, root, hashes) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
					t.level, t.n, t.root[:], t.hashes)
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *sqlStore) signed(ctx context.Context, query string, args ...any) (list []signed, err error) {
	err = s.read(ctx, func(c *session) error {
		return s.rows(ctx, c, func(r *sql.Rows) error {
			var size int64
			var note []byte
			err := r.Scan(&size, &note)
			list = append(list, signed{Seq(size), note})
			return err
		}, query, args...)
	})
	return list, err
}

func (s *sqlStore) checkpoints(ctx context.Context, from Seq, limit int) ([]signed, error) {
	return s.signed(ctx, `SELECT size, note FROM fairlead_checkpoint WHERE size >= ? ORDER BY size LIMIT `+fmt.Sprint(limit),
		int64(from))
}

func (s *sqlStore) lastCheckpoint(ctx context.Context) (signed, error) {
	list, err := s.signed(ctx, `SELECT size, note FROM fairlead_checkpoint ORDER BY size DESC LIMIT 1`)
	if len(list) == 0 {
		return signed{}, err
	}
	return list[0], err
}

func (s *sqlStore) putCheckpoint(ctx context.Context, p signed) error {
	return s.transact(ctx, func(c *session) error {
		return s.exec(ctx, c, `INSERT INTO fairlead_checkpoint (size, note) VALUES (?, ?) ON CONFLICT DO NOTHING`,
			int64(p.size), p.note)
	})
}

// rewrap changes every wrapped key in one transaction. The epoch moves, so that no process goes on with a key that it
// can no longer store.
func (s *sqlStore) rewrap(ctx context.Context, set settings, next func(keyRow) ([]byte, error)) error {
	return s.transact(ctx, func(c *session) error {
		last := []byte{}
		for {
			var page []keyRow
			err := s.rows(ctx, c, func(r *sql.Rows) error {
				var k keyRow
				var token []byte
				err := r.Scan(&token, &k.wrapped, &k.name)
				copy(k.token[:], token)
				page = append(page, k)
				return err
			}, `SELECT token, wrapped, name FROM fairlead_subject WHERE token > ? ORDER BY token LIMIT 1000`, last)
			if err != nil {
				return err
			}
			for _, k := range page {
				wrapped, err := next(k)
				if err != nil {
					return err
				}
				if err := s.exec(ctx, c, `UPDATE fairlead_subject SET wrapped = ? WHERE token = ?`, wrapped, k.token[:]); err != nil {
					return err
				}
				last = slices.Clone(k.token[:])
			}
			if len(page) < 1000 {
				break
			}
		}
		return s.exec(ctx, c, `UPDATE fairlead_state SET token_key = ?, sign_key = ?, epoch = epoch + 1`, set.tokenKey, set.signKey)
	})
}
