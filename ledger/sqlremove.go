package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// doomed is a body that is to go.
type doomed struct {
	seq   int64
	id    uuid.UUID
	token [32]byte
}

// remove counts, accounts, deletes and moves the epoch on, in one transaction that nobody writes beside. The accounting
// entry comes first: the trigger lets no body go without it.
func (s *sqlStore) remove(ctx context.Context, r *removal) error {
	return s.transact(ctx, func(c *session) error {
		var head, epoch int64
		var leaf []byte
		err := s.rows(ctx, c, func(rows *sql.Rows) error { return rows.Scan(&epoch, &head, &leaf) },
			`SELECT s.epoch, coalesce((SELECT max(seq) FROM fairlead_entry), 0),
			(SELECT leaf FROM fairlead_entry WHERE seq = ?) FROM fairlead_state s`, int64(r.guard.seq))
		switch {
		case err != nil:
			return err
		case epoch != r.epoch:
			return &staleError{epoch}
		case r.guard.seq != 0 && string(leaf) != string(r.guard.leaf[:]):
			return fail("remove", ErrForked, "", nil)
		}
		list, known, err := s.doomed(ctx, c, r)
		if err != nil {
			return err
		}
		r.bodies = len(list)
		if r.bodies == 0 && !(known && len(r.keptBodies) == 0) {
			return nil
		}
		if err := r.account(); err != nil {
			return err
		}
		for i := range r.rows {
			r.rows[i].seq = Seq(head) + Seq(i) + 1
		}
		if err := s.dialect.insert(ctx, c, r.rows, r.keys); err != nil {
			return err
		}
		if err := s.exec(ctx, c, `UPDATE fairlead_state SET epoch = epoch + 1, removing = ?`, head+int64(len(r.rows))); err != nil {
			return err
		}
		if err := s.shred(ctx, c, r, list); err != nil {
			return err
		}
		return s.exec(ctx, c, `UPDATE fairlead_state SET removing = 0`)
	})
}

// doomed lists the bodies that go, counts those that are kept, and says whether the subject has a key.
func (s *sqlStore) doomed(ctx context.Context, c *session, r *removal) (list []doomed, known bool, err error) {
	where, args := s.dialect.ofToken(), s.dialect.tokenArgs(r.token[:])
	if !r.erase {
		where, args = `e.stream = ? AND e.at < ?`, []any{r.stream, r.before}
		if len(r.kinds) > 0 {
			where += ` AND e.kind IN (?` + strings.Repeat(", ?", len(r.kinds)-1) + `)`
			for _, kind := range r.kinds {
				args = append(args, kind)
			}
		}
		where += ` ORDER BY e.seq LIMIT ` + fmt.Sprint(r.limit)
	}
	err = s.rows(ctx, c, func(rows *sql.Rows) error {
		var d doomed
		var at row
		var id, token sql.RawBytes
		if err := rows.Scan(&d.seq, &at.at, &at.stream, &at.kind, &id, &token); err != nil {
			return err
		}
		copy(d.id[:], id)
		copy(d.token[:], token)
		if r.takes(&at) {
			list = append(list, d)
		}
		return nil
	}, `SELECT b.seq, e.at, e.stream, e.kind, b.id, b.token FROM fairlead_body b JOIN fairlead_entry e ON e.seq = b.seq WHERE `+where, args...)
	if err != nil || !r.erase {
		return list, false, err
	}
	err = s.rows(ctx, c, func(*sql.Rows) error { known = true; return nil },
		`SELECT 1 FROM fairlead_subject WHERE token = ?`, r.token[:])
	return list, known, err
}

// shred deletes bodies, and the keys of subjects that have none left.
func (s *sqlStore) shred(ctx context.Context, c *session, r *removal, list []doomed) error {
	tokens := map[[32]byte]struct{}{}
	if r.erase {
		tokens[r.token] = struct{}{}
	}
	for _, d := range list {
		if r.erase {
			h := goneHash(d.id)
			if err := s.exec(ctx, c, `INSERT INTO fairlead_gone (id) VALUES (?) ON CONFLICT DO NOTHING`, h[:]); err != nil {
				return err
			}
		}
		if err := s.exec(ctx, c, `DELETE FROM fairlead_body WHERE seq = ?`, d.seq); err != nil {
			return err
		}
		tokens[d.token] = struct{}{}
	}
	for token := range tokens {
		err := s.exec(ctx, c, `DELETE FROM fairlead_subject WHERE token = ?
			AND NOT EXISTS (SELECT 1 FROM fairlead_body b WHERE `+s.dialect.ofToken()+`)`,
			append([]any{token[:]}, s.dialect.tokenArgs(token[:])...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// confirm takes the log's lock first: a commit whose answer was lost holds it until it has happened or not.
func (s *sqlStore) confirm(ctx context.Context, id uuid.UUID) (seq Seq, err error) {
	err = s.transact(ctx, func(c *session) error {
		return s.rows(ctx, c, func(r *sql.Rows) error { return r.Scan(&seq) }, `SELECT seq FROM fairlead_body WHERE id = ?`, id[:])
	})
	return seq, err
}
