package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/oversight"
)

func TestTwoReviewersOnOneCase(t *testing.T) { synctest.Test(t, twoReviewers) }

func twoReviewers(t *testing.T) {
	w := newWorld(t, holdAll(1), nil, nil)
	id := w.open(application{})
	path := "/case/" + id.String()
	omars := w.fill(w.get(path, "omar"), path, "/claim") // both look at it while it is free
	w.take(id, "rosa")

	late := w.post(omars.action, "omar", omars.values)
	assert.Equal(t, http.StatusConflict, late.Code)
	assert.Contains(t, late.Body.String(), "Somebody else has this case")
	page := w.get(path, "omar").Body.String()
	assert.Contains(t, page, "taken by rosa")
	assert.NotContains(t, page, `/submit"`)

	// Rosa writes for longer than her lease, and Omar takes the case.
	rosas := w.fill(w.get(path, "rosa"), path, "/submit", "verdict", "replace", "comment", "rosa's long comment", "v1", "3.5")
	time.Sleep(oversight.DefaultLease + time.Second) // in the bubble's time
	w.take(id, "omar")
	lost := w.post(rosas.action, "rosa", rosas.values)
	assert.Equal(t, http.StatusConflict, lost.Code)
	assert.Contains(t, lost.Body.String(), "somebody else has the case now")
	assert.Contains(t, lost.Body.String(), "rosa&#39;s long comment")
	assert.Contains(t, lost.Body.String(), `value="3.5"`)
	assert.Empty(t, w.file(id).Verdict)

	// Omar's lease ends, too; nobody has it, so that Rosa takes it again, with what she wrote.
	time.Sleep(oversight.DefaultLease + time.Second)
	rosas.values.Set("token", w.token("rosa"))
	lost = w.post(rosas.action, "rosa", rosas.values)
	assert.Equal(t, http.StatusConflict, lost.Code)
	assert.Contains(t, lost.Body.String(), "take it again")
	again := w.fill(lost, path+"/submit", "/claim")
	assert.Equal(t, "rosa's long comment", again.values.Get("comment"))
	back := w.post(again.action, "rosa", again.values)
	assert.Equal(t, http.StatusOK, back.Code)
	final := w.fill(back, path+"/claim", "/submit", "verdict", "replace")
	assert.Equal(t, "rosa's long comment", final.values.Get("comment"))
	assert.Equal(t, "3.5", final.values.Get("v1"))
	w.done(w.post(final.action, "rosa", final.values), path+"/submit")
	f := w.file(id)
	assert.Equal(t, oversight.Replaced, f.Verdict)
	assert.Equal(t, "rosa", f.By)

	// The other had the form open all the time.
	omars.values.Set("token", w.token("omar"))
	omars.values.Set("comment", "omar's words")
	tooLate := w.post(omars.action, "omar", omars.values)
	assert.Equal(t, http.StatusConflict, tooLate.Code)
	assert.Contains(t, tooLate.Body.String(), "omar&#39;s words")
}

func TestADoubleSubmitCountsOnce(t *testing.T) {
	w := newWorld(t, holdAll(1), nil, nil)
	id := w.open(application{})
	path := w.take(id, "rosa")
	f := w.fill(w.get(path, "rosa"), path, "/submit", "verdict", "approve", "comment", "my long comment")
	require.Equal(t, http.StatusSeeOther, w.post(f.action, "rosa", f.values).Code)
	twice := w.post(f.action, "rosa", f.values)
	assert.Equal(t, http.StatusConflict, twice.Code)
	assert.Contains(t, twice.Body.String(), "counted once")
	assert.Contains(t, twice.Body.String(), "my long comment")
	assert.Contains(t, twice.Body.String(), path[1:]+"?said=approved")

	// From another window, with a token of its own: the same verdict again is harmless, another one is told.
	f.values.Set("token", w.token("rosa"))
	assert.Equal(t, http.StatusSeeOther, w.post(f.action, "rosa", f.values).Code)
	f.values.Set("token", w.token("rosa"))
	f.values.Set("verdict", "reject")
	other := w.post(f.action, "rosa", f.values)
	assert.Equal(t, http.StatusConflict, other.Code)
	assert.Contains(t, other.Body.String(), "my long comment")
	assert.Equal(t, oversight.Approved, w.file(id).Verdict)
}

func TestALeaseIsRenewedByTheScriptAndByHand(t *testing.T) { synctest.Test(t, leaseIsRenewed) }

func leaseIsRenewed(t *testing.T) {
	w := newWorld(t, holdAll(1), nil, nil)
	id := w.open(application{})
	path := w.take(id, "rosa")
	f := w.fill(w.get(path, "rosa"), path, "/renew")
	time.Sleep(oversight.DefaultLease - time.Second) // in the bubble's time
	rec := w.post(f.action, "rosa", f.values, "Accept", "application/json")
	require.Equal(t, http.StatusOK, rec.Code)
	assert.Equal(t, "application/json", rec.Header().Get("Content-Type"))
	until := w.file(id).LeaseUntil
	assert.Equal(t, oversight.DefaultLease, time.Until(until))
	assert.Contains(t, rec.Body.String(), until.UTC().Format(time.RFC3339))

	f = w.fill(w.get(path, "rosa"), path, "/renew")
	w.done(w.post(f.action, "rosa", f.values), path+"/renew")
	f = w.fill(w.get(path, "rosa"), path, "/renew")
	time.Sleep(oversight.DefaultLease + time.Second)
	assert.Equal(t, http.StatusConflict, w.post(f.action, "rosa", f.values, "Accept", "application/json").Code)
}

func TestABlindAnswerIsNotInThePage(t *testing.T) {
	policy := oversight.Policy{Blind: 0.999999, Undo: 0}
	w := newWorld(t, policy, nil, nil)
	w.answer = decision{Words: "THE-MACHINES-ANSWER"}
	_, err := w.decide(subject(t), application{Name: "Ana"})
	require.NoError(t, err)
	items, err := w.desk.Pending(t.Context(), oversight.Filter{})
	require.NoError(t, err)
	require.Len(t, items, 1)
	require.True(t, items[0].Blind)
	id := items[0].Case
	path := w.take(id, "rosa")
	page := w.get(path, "rosa")
	assert.NotContains(t, page.Body.String(), "THE-MACHINES-ANSWER")
	assert.NotContains(t, page.Body.String(), `value="approve"`)
	forced := w.fill(page, path, "/submit", "verdict", "approve", "comment", "I agree blindly")
	refused := w.post(forced.action, "rosa", forced.values)
	assert.Equal(t, http.StatusUnprocessableEntity, refused.Code)
	assert.NotContains(t, refused.Body.String(), "THE-MACHINES-ANSWER")
	assert.Contains(t, refused.Body.String(), "I agree blindly")
	w.done(w.send(path, "rosa", "/submit", "verdict", "replace", "as", "text", "text", `{"granted":false,"rate":0,"words":"mine","tags":null}`), path+"/submit")
	shown := w.get(path, "rosa").Body.String()
	assert.Contains(t, shown, "THE-MACHINES-ANSWER")
	assert.Contains(t, shown, "mine")
}

func TestBlindFieldsComeFromTheShape(t *testing.T) {
	o := &Options{Blank: func(string) json.RawMessage {
		return json.RawMessage(`{"granted":false,"rate":0,"words":"","tags":[]}`)
	}}
	w := newWorld(t, oversight.Policy{Blind: 0.999999}, o, nil)
	_, err := w.decide(subject(t), application{})
	require.NoError(t, err)
	items, err := w.desk.Pending(t.Context(), oversight.Filter{})
	require.NoError(t, err)
	path := w.take(items[0].Case, "rosa")
	w.done(w.send(path, "rosa", "/submit", "verdict", "replace", "v2", "my words"), path+"/submit")
	assert.JSONEq(t, `{"granted":false,"rate":0,"words":"my words","tags":[]}`, string(w.file(items[0].Case).Correction))
}

func TestTwoMustAgreeAndAThirdSettles(t *testing.T) {
	w := newWorld(t, holdAll(2), nil, nil)
	id := w.open(application{})
	path := w.take(id, "rosa")
	assert.Equal(t, path+"?said=voted", w.done(w.send(path, "rosa", "/submit", "verdict", "approve", "comment", "rosa says yes"), path+"/submit"))
	assert.NotContains(t, w.get(path, "rosa").Body.String(), `/claim"`, "nobody judges twice")
	w.take(id, "omar")
	assert.NotContains(t, w.get(path, "omar").Body.String(), "rosa says yes", "nobody sees another's judgement before their own")
	assert.Equal(t, path+"?said=split", w.done(w.send(path, "omar", "/submit", "verdict", "reject", "comment", "omar says no"), path+"/submit"))
	refused := w.post(path+"/claim", "rosa", url.Values{"token": {w.token("rosa")}})
	assert.Equal(t, http.StatusConflict, refused.Code)
	assert.Contains(t, w.get("/?view=split", "li").Body.String(), id.String())
	several := w.fill(w.get("/", "li"), "/", "/bulk", "verdict", "reject")
	several.values["case"], several.values["sure"] = []string{id.String()}, []string{"yes"}
	assert.Contains(t, w.post("/bulk", "li", several.values).Body.String(), "reviewers differ")
	w.take(id, "li")
	page := w.get(path, "li").Body.String()
	assert.Contains(t, page, "rosa says yes")
	assert.Contains(t, page, "omar says no")
	assert.Contains(t, page, "Settle it")
	w.done(w.send(path, "li", "/submit", "verdict", "reject"), path+"/submit")
	assert.Equal(t, oversight.Rejected, w.file(id).Verdict)
}

func TestSkipEscalateReleaseAssignWithdraw(t *testing.T) {
	w := newWorld(t, holdAll(1), nil, nil)
	id := w.open(application{})
	path := w.take(id, "rosa")
	empty := w.send(path, "rosa", "/skip", "why", " ")
	assert.Equal(t, http.StatusUnprocessableEntity, empty.Code)
	assert.Contains(t, empty.Body.String(), "Say why")
	assert.Equal(t, "/?said=skipped", w.done(w.send(path, "rosa", "/skip", "why", "I know her"), path+"/skip"))
	assert.Equal(t, "/?said=empty", w.done(w.send("/", "rosa", "/next"), "/next"), "who skipped it is not given it again")

	w.take(id, "omar")
	f := w.fill(w.get(path, "omar"), path, "/skip", "why", "too hard")
	assert.Equal(t, "/?said=escalated", w.done(w.post(path+"/escalate", "omar", f.values), path+"/escalate"))
	assert.True(t, w.file(id).Urgent)

	w.take(id, "rosa")
	assert.Equal(t, "/?said=released", w.done(w.send(path, "rosa", "/release"), path+"/release"))

	w.done(w.send(path, "omar", "/assign", "to", "li"), path+"/assign")
	assert.Equal(t, "li", w.file(id).Assigned)
	assert.NotContains(t, w.get(path, "omar").Body.String(), `/claim"`)
	assert.Regexp(t, `Reserved for li · omar`, w.get(path, "omar").Body.String())
	w.done(w.send(path, "omar", "/assign", "to", ""), path+"/assign")

	w.done(w.send(path, "omar", "/withdraw", "why", "opened by mistake"), path+"/withdraw")
	assert.True(t, w.file(id).Withdrawn)
	page := w.get(path, "omar").Body.String()
	assert.Contains(t, page, "Withdrawn")
	for _, why := range []string{"I know her", "too hard", "opened by mistake"} {
		assert.Contains(t, page, "<blockquote>"+why+"</blockquote>", "in the history")
	}
}

func TestAnAppealIsSomebodyElses(t *testing.T) {
	w := newWorld(t, holdAll(1), nil, nil)
	id := w.open(application{})
	path := w.take(id, "rosa")
	w.done(w.send(path, "rosa", "/submit", "verdict", "reject"), path+"/submit")
	to := w.done(w.send(path, "li", "/appeal", "statement", "I earn <more> now"), path+"/appeal")
	parsed, err := url.Parse(to)
	require.NoError(t, err)
	appeal := uuid.MustParse(parsed.Path[len("/case/"):])
	page := w.get(parsed.Path, "omar").Body.String()
	assert.Contains(t, page, "I earn &lt;more&gt; now")
	assert.Contains(t, page, path[1:], "a link to what is contested")
	assert.Contains(t, w.get("/?view=appeals", "omar").Body.String(), appeal.String())
	assert.Equal(t, http.StatusConflict, w.send(parsed.Path, "rosa", "/claim").Code, "who judged it first")
	w.take(appeal, "omar")
	w.done(w.send(parsed.Path, "omar", "/submit", "verdict", "approve"), parsed.Path+"/submit")
	assert.Equal(t, http.StatusConflict, w.send(parsed.Path, "omar", "/appeal", "statement", "again").Code, "an appeal is not appealed")
}

func TestSeveralCasesAtOnce(t *testing.T) { synctest.Test(t, severalAtOnce) }

func severalAtOnce(t *testing.T) {
	policy := holdAll(1)
	policy.Undo = time.Minute
	w := newWorld(t, policy, nil, nil)
	var ids []uuid.UUID
	for i := range 4 {
		ids = append(ids, w.open(application{Amount: i}))
	}
	w.take(ids[2], "omar")
	some := func(form url.Values) url.Values {
		form["case"] = []string{ids[0].String(), ids[1].String(), ids[2].String(), ids[0].String()}
		return form
	}
	f := w.fill(w.get("/", "rosa"), "/", "/bulk", "verdict", "reject", "comment", "all too large")
	sure := w.post("/bulk", "rosa", some(f.values))
	require.Equal(t, http.StatusOK, sure.Code)
	for _, id := range ids {
		assert.Empty(t, w.file(id).StandsAt, "nothing is decided before they have been seen once more")
	}
	assert.NotContains(t, sure.Body.String(), ids[3].String())
	f = w.fill(sure, "/bulk", "/bulk")
	done := w.post("/bulk", "rosa", f.values)
	require.Equal(t, http.StatusOK, done.Code)
	assert.Contains(t, done.Body.String(), "Somebody else has this case")
	assert.False(t, w.file(ids[0]).StandsAt.IsZero())
	assert.True(t, w.file(ids[2]).StandsAt.IsZero(), "omar's")
	assert.True(t, w.file(ids[3]).StandsAt.IsZero(), "not ticked")

	f = w.fill(done, "/bulk", "/bulk/undo")
	assert.Len(t, f.values["case"], 2)
	undone := w.post("/bulk/undo", "rosa", f.values)
	assert.Equal(t, http.StatusOK, undone.Code)
	assert.True(t, w.file(ids[0]).StandsAt.IsZero())

	none := w.fill(w.get("/", "rosa"), "/", "/bulk", "verdict", "reject")
	assert.Equal(t, http.StatusUnprocessableEntity, w.post("/bulk", "rosa", none.values).Code)
	bad := w.fill(w.get("/", "rosa"), "/", "/bulk", "verdict", "replace")
	assert.Equal(t, http.StatusUnprocessableEntity, w.post("/bulk", "rosa", some(bad.values)).Code)
}

// The figures of the reviewers begin at the same time on every day of a quarter, with at least a quarter to look at.
func TestReviewersAreJudgedFromOneBeginning(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	for at := time.Date(2026, 1, 1, 0, 0, 0, 0, berlin); at.Year() == 2026; at = at.AddDate(0, 0, 1) {
		want := map[int]string{0: "2025-10-01", 1: "2026-01-01", 2: "2026-04-01", 3: "2026-07-01"}[int(at.Month()-1)/3]
		require.Equal(t, want, since(at.Add(23*time.Hour)).Format(time.DateOnly), at)
	}
}
