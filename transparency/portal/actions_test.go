package portal_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
	"github.com/fairlead-go/fairlead/transparency/portal"
)

type refusal struct{}

func (refusal) Error() string { return secret }

func (refusal) Public() string { return "This was asked before." }

func (refusal) HTTPStatus() int { return http.StatusConflict }

func TestAskingForAPerson(t *testing.T) {
	h := open(t, func(h *house, o *portal.Options) {
		o.Appealed = func(_ context.Context, who string, r transparency.Record) ([]portal.Step, error) {
			assert.Equal(h.t, who, r.Subject)
			if len(h.asked) == 0 {
				return nil, nil
			}
			return []portal.Step{{At: time.Now(), Text: "Asked, and passed on"}}, nil
		}
	})
	id := h.record(refused("eve")).String()
	path := "decision/" + id + "/person"
	assert.NotContains(t, h.get("eve", path).body, "passed on")
	a := h.post("eve", path, h.token("eve", path), url.Values{"words": {"I have a new job.\r\nSee below."}})
	require.Equal(t, http.StatusSeeOther, a.status)
	to := a.header.Get("Location")
	assert.Regexp(t, `^\.\./\.\./decision/`+id+`\?said=asked\.[\w-]+$`, to)
	assert.Equal(t, []string{"eve " + id + " I have a new job.\nSee below."}, h.asked)
	assert.Contains(t, h.get("eve", strings.TrimPrefix(to, "../../")).body, "A person will look at this.")
	assert.NotContains(t, h.get("eve", "decision/"+id+"?said=asked").body, "A person will look at this.", "a link that somebody wrote")
	assert.Contains(t, h.get("eve", "decision/"+id).body, "Asked, and passed on")

	long := strings.Repeat("ü", 4001)
	a = h.post("eve", path, h.token("eve", path), url.Values{"words": {long}})
	assert.Equal(t, http.StatusUnprocessableEntity, a.status)
	assert.Contains(t, a.body, long, "what was typed is not lost")
	assert.Contains(t, a.body, "4,000 characters")
	assert.Len(t, h.asked, 1)

	for want, err := range map[int]error{http.StatusConflict: refusal{}, http.StatusInternalServerError: errors.New(secret)} {
		h := open(t, func(_ *house, o *portal.Options) {
			o.Appeal = func(context.Context, string, transparency.Record, string) error { return err }
		})
		path := "decision/" + h.record(refused("eve")).String() + "/person"
		a := h.post("eve", path, h.token("eve", path), nil)
		assert.Equal(t, want, a.status)
		assert.NotContains(t, a.body, secret)
	}
	h = open(t, func(_ *house, o *portal.Options) { o.Appeal = nil })
	id = h.record(refused("eve")).String()
	assert.NotContains(t, h.get("eve", "decision/"+id).body, "/person")
	assert.Contains(t, h.get("eve", "decision/"+id+"/person").body, "write to (your e-mail address)")
	a = h.post("eve", "decision/"+id+"/person", h.token("eve", "forget"), nil)
	assert.Equal(t, http.StatusNotFound, a.status)
}

func TestTheRealWordsAreShownWhenAskedForAndThatIsRecorded(t *testing.T) {
	h := open(t, nil)
	id := h.record(refused("eve"))
	path := "decision/" + id.String()
	assert.NotContains(t, h.get("eve", path).body, "eve@shop.example")
	a := h.post("eve", path+"/words", h.token("eve", path), nil)
	require.Equal(t, http.StatusOK, a.status)
	assert.Contains(t, a.body, "write to eve@shop.example")
	assert.Contains(t, a.body, "&#34;mail&#34;: &#34;eve@shop.example&#34;")
	assert.Equal(t, "no-store", a.header.Get("Cache-Control"))
	logged := func() (n int) {
		for e, err := range h.log.Since(t.Context(), 0) {
			require.NoError(t, err)
			if e.Kind == "words.revealed" {
				assert.Equal(t, "eve", e.Subject)
				assert.Equal(t, id, e.Key)
				assert.JSONEq(t, `{"who":"eve"}`, string(e.Body))
				n++
			}
		}
		return n
	}
	assert.Equal(t, 1, logged())

	h.reveal = func(string, string, string) (string, error) { return secret, errors.New(secret) }
	a = h.post("eve", path+"/words", h.token("eve", path), nil)
	assert.Equal(t, http.StatusInternalServerError, a.status)
	assert.NotContains(t, a.body, secret)
	assert.NotContains(t, a.body, "EMAIL_ADDRESS")

	plain := refused("eve")
	plain.Session, plain.ID = "", uuid.Nil
	other := "decision/" + h.record(plain).String()
	assert.NotContains(t, h.get("eve", other).body, "Show my words", "nothing was hidden")
	assert.Equal(t, http.StatusNotFound, h.post("eve", other+"/words", h.token("eve", "forget"), nil).status)

	// What cannot be recorded is not shown.
	token, before := h.token("eve", path), h.reveals
	require.NoError(t, h.log.Close())
	assert.Equal(t, http.StatusServiceUnavailable, h.post("eve", path+"/words", token, nil).status)
	assert.Equal(t, before, h.reveals)
}

func TestTakingItAlong(t *testing.T) {
	h := open(t, nil)
	id := h.record(refused("eve"))
	require.NoError(t, h.journal.Disclose(t.Context(), "eve", transparency.Notice(transparency.AINotice, "en")))
	for _, c := range []struct {
		path, kind, name, says string
		decisions              int
	}{
		{"take/report.json", "application/json", "my-data.json", `"subject":"eve"`, 1},
		{"take/report.md", "text/markdown; charset=utf-8", "my-data.md", "# Your data and the decisions made with it", 0},
		{"take/report.html", "text/html; charset=utf-8", "my-data.html", "<h1>Your data and the decisions made with it</h1>", 0},
		{"decision/" + id.String() + "/proof.json", "application/json", "decision-" + id.String() + ".json", id.String(), 1},
	} {
		a := h.get("eve", c.path)
		require.Equal(t, http.StatusOK, a.status, c.path)
		assert.Equal(t, c.kind, a.header.Get("Content-Type"))
		assert.Equal(t, `attachment; filename="`+c.name+`"`, a.header.Get("Content-Disposition"))
		assert.Equal(t, "no-store", a.header.Get("Cache-Control"))
		assert.Equal(t, "nosniff", a.header.Get("X-Content-Type-Options"))
		assert.Contains(t, a.body, c.says)
		assert.NotContains(t, a.body, secret)
		if c.decisions == 0 {
			continue
		}
		var report transparency.SubjectReport
		require.NoError(t, json.Unmarshal([]byte(a.body), &report))
		require.Len(t, report.Decisions, c.decisions)
		assert.Equal(t, "eve", report.Subject)
		require.NoError(t, report.Check(h.log.PublicKey()), "the file proves itself away from the log")
		report.Proofs[0].Path = append(report.Proofs[0].Path, make([]byte, 32))
		require.Error(t, report.Check(h.log.PublicKey()))
	}
	require.NoError(t, h.log.Close())
	a := h.get("eve", "take/report.json")
	assert.Equal(t, http.StatusServiceUnavailable, a.status)
	assert.Empty(t, a.header.Get("Content-Disposition"), "an error is a page, not a file")
}

func TestBeingForgotten(t *testing.T) {
	h := open(t, nil)
	id := h.record(refused("eve")).String()
	his := h.record(refused("bob")).String()
	a := h.post("eve", "forget", h.token("eve", "forget"), nil)
	assert.Equal(t, http.StatusUnprocessableEntity, a.status, "without the tick")
	assert.Contains(t, a.body, "Nothing was erased")
	assert.Equal(t, http.StatusOK, h.get("eve", "decision/"+id).status)

	a = h.post("eve", "forget", h.token("eve", "forget"), url.Values{"sure": {"yes"}})
	require.Equal(t, http.StatusSeeOther, a.status)
	to := a.header.Get("Location")
	assert.Regexp(t, `^\./forget\?said=forgotten\.[\w-]+$`, to)
	a = h.get("eve", strings.TrimPrefix(to, "./"))
	assert.Contains(t, a.body, "What was recorded about you is erased.")
	assert.Contains(t, a.body, "One entry was made unreadable for good.")
	assert.Contains(t, a.body, "nothing recorded about you here")
	assert.Equal(t, http.StatusNotFound, h.get("eve", "decision/"+id).status)
	assert.Contains(t, h.get("eve", "").body, "No decisions about you")
	assert.Equal(t, http.StatusOK, h.get("bob", "decision/"+his).status, "only she was")

	kept := open(t, func(h *house, o *portal.Options) {
		o.Erase = func(ctx context.Context, who string) (ledger.Erased, error) {
			return h.log.Erase(ctx, who, ledger.Keep{Stream: "transparency", Until: time.Now().AddDate(2, 0, 0), Why: "records of credit decisions (12 CFR 1002.12)"})
		}
	})
	id = kept.record(refused("eve")).String()
	a = kept.post("eve", "forget", kept.token("eve", "forget"), url.Values{"sure": {"yes"}})
	assert.Equal(t, http.StatusOK, a.status)
	assert.Contains(t, a.body, "Not everything may be erased yet.")
	assert.NotContains(t, a.body, "is erased.", "nothing was")
	assert.Equal(t, http.StatusOK, kept.get("eve", "decision/"+id).status)
	_, err := kept.log.Append(t.Context(), ledger.Entry{Stream: "shop", Kind: "shop.ordered", Subject: "eve"})
	require.NoError(t, err)
	a = kept.post("eve", "forget", kept.token("eve", "forget"), url.Values{"sure": {"yes"}})
	assert.Contains(t, a.body, "The rest is erased.")
	assert.Contains(t, a.body, "records of credit decisions (12 CFR 1002.12)", "what stays is named")
	assert.Contains(t, kept.get("eve", "forget").body, "records of credit decisions (12 CFR 1002.12)", "and stays named")

	away := open(t, func(h *house, o *portal.Options) {
		o.Erase = func(ctx context.Context, who string) (ledger.Erased, error) {
			erased, err := h.log.Erase(ctx, who)
			return erased, errors.Join(err, h.log.Close()) // as if the database went just then
		}
	})
	away.record(refused("eve"))
	a = away.post("eve", "forget", away.token("eve", "forget"), url.Values{"sure": {"yes"}})
	assert.Equal(t, http.StatusOK, a.status)
	assert.Contains(t, a.body, "What was recorded about you is erased.")
	assert.NotContains(t, a.body, "yet")

	none := open(t, func(_ *house, o *portal.Options) { o.Erase = nil })
	id = none.record(refused("eve")).String()
	assert.Contains(t, none.get("eve", "forget").body, "Please write to privacy@bank.example.")
	assert.NotContains(t, none.get("eve", "forget").body, "<form")
	a = none.post("eve", "forget", none.token("eve", "decision/"+id+"/person"), url.Values{"sure": {"yes"}})
	assert.Equal(t, http.StatusNotFound, a.status)

	broken := open(t, func(_ *house, o *portal.Options) {
		o.Erase = func(context.Context, string) (ledger.Erased, error) { return ledger.Erased{}, errors.New(secret) }
	})
	broken.record(refused("eve"))
	a = broken.post("eve", "forget", broken.token("eve", "forget"), url.Values{"sure": {"yes"}})
	assert.Equal(t, http.StatusInternalServerError, a.status)
	assert.NotContains(t, a.body, secret)
}
