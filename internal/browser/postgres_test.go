package browser_test

import (
	"context"
	"database/sql"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/pgtest"
)

// two are two processes of the lender on one PostgreSQL.
func two(t *testing.T) (one, other *lender) {
	t.Helper()
	cluster, err := pgtest.Start()
	if err != nil {
		if required() {
			t.Fatal("FAIRLEAD_BROWSER=required, and there is no PostgreSQL: ", err)
		}
		t.Skip(err)
	}
	t.Cleanup(cluster.Stop)
	admin, err := sql.Open("pgx", cluster.Admin())
	require.NoError(t, err)
	defer admin.Close()
	name, dsn, err := cluster.Database()
	require.NoError(t, err)
	_, err = admin.ExecContext(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	if !cluster.Private() {
		t.Cleanup(func() {
			admin, err := sql.Open("pgx", cluster.Admin())
			require.NoError(t, err)
			defer admin.Close()
			_, err = admin.ExecContext(context.WithoutCancel(t.Context()), "DROP DATABASE "+name)
			assert.NoError(t, err)
		})
	}
	secret := filepath.Join(t.TempDir(), "secret")
	one = startLender(t, "-postgres", dsn, "-secret", secret, "-demo", "60", "-undo", "1s")
	return one, startLender(t, "-postgres", dsn, "-secret", secret, "-demo", "0", "-undo", "1s")
}

// at is the same person at another process: both know the cookies.
func (c *client) at(l *lender) *client {
	there := *c
	there.base = l.url
	there.http = &http.Client{Timeout: time.Minute, Jar: c.http.Jar}
	return &there
}

func apply(t testing.TB, c *client, amount, months string) answer {
	t.Helper()
	page, err := c.get("/apply")
	page = must(t, http.StatusOK, page, err)
	page, err = c.send(page, map[string]string{"amount": amount, "months": months, "message": "Please."}, `name="amount"`)
	require.NoError(t, err)
	return page
}

func TestTwoProcessesAreOneLender(t *testing.T) {
	one, other := two(t)
	here, _, id := held(t, one.url)
	there := here.at(other)

	t.Run("a withdrawal in one binds in the other within a second", func(t *testing.T) {
		require.Contains(t, apply(t, there, "1000", "6").body, "You get the loan")
		page, err := here.get("/privacy/")
		page = must(t, http.StatusOK, page, err)
		page, err = here.send(page, nil, "Withdraw")
		must(t, http.StatusOK, page, err)
		said := time.Now()
		for n := 1; ; n++ {
			began := time.Since(said)
			got := apply(t, there, "1000", "6")
			if strings.Contains(got.body, "popular offers") {
				t.Logf("the other process heard of it by its application number %d, %v after the page said so", n, began.Round(time.Millisecond))
				break
			}
			require.Less(t, began, time.Second, "an application begun a second after a withdrawal was decided with the data")
		}
	})

	t.Run("a case claimed in one cannot be claimed in the other", func(t *testing.T) {
		reviewers := []*client{newClient(one.url), newClient(other.url)}
		got := make([]answer, 2)
		errs := make([]error, 2)
		forms := make([]form, 2)
		for i, c := range reviewers {
			page, err := c.signIn("reviewer-" + string(rune('1'+i)))
			must(t, http.StatusOK, page, err)
			page, err = c.get("/console/case/" + id)
			page = must(t, http.StatusOK, page, err)
			forms[i], err = formWith(page, nil, "Take this case")
			require.NoError(t, err)
		}
		var wg sync.WaitGroup
		for i, c := range reviewers {
			wg.Go(func() { got[i], errs[i] = c.post(forms[i].to, forms[i].fields) })
		}
		wg.Wait()
		yours := 0
		for i := range got {
			require.NoError(t, errs[i])
			if strings.Contains(got[i].body, "The case is yours") {
				yours++
			} else {
				assert.Equal(t, http.StatusConflict, got[i].status)
			}
		}
		assert.Equal(t, 1, yours)
	})

	t.Run("a stop in one stops the other", func(t *testing.T) {
		reviewer := newClient(one.url)
		page, err := reviewer.signIn("reviewer-1")
		must(t, http.StatusOK, page, err)
		page, err = reviewer.get("/console/stop")
		page = must(t, http.StatusOK, page, err)
		page, err = reviewer.send(page, map[string]string{"why": "an exam"}, "Stop everything now")
		must(t, http.StatusOK, page, err)
		said := time.Now()
		page, err = there.get("/privacy/")
		page = must(t, http.StatusOK, page, err)
		page, err = there.send(page, nil, "Allow")
		must(t, http.StatusOK, page, err)
		require.Eventually(t, func() bool { return apply(t, there, "1000", "6").status == http.StatusServiceUnavailable }, patience, patience/500)
		t.Logf("the other process had stopped %v after the page said so, at the latest", time.Since(said).Round(time.Millisecond))

		page, err = reviewer.at(other).get("/console/stop")
		page = must(t, http.StatusOK, page, err)
		require.Contains(t, page.body, "an exam")
		page, err = reviewer.at(other).send(page, map[string]string{"why": "it is over"}, "Why may it run again")
		must(t, http.StatusOK, page, err)
		require.Eventually(t, func() bool { return strings.Contains(apply(t, here, "1000", "6").body, "You get the loan") }, patience, patience/500)
	})
}
