package center_test

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/consent/center"
	"github.com/fairlead-go/fairlead/ledger"
)

// visitor is a browser without script: it follows links and sends the forms it is shown.
type visitor struct {
	t      testing.TB
	centre http.Handler
	who    string
	gpc    bool
	lang   string
}

// sight is a page as it came.
type sight struct {
	t    testing.TB
	code int
	head http.Header
	body string
}

func (b visitor) get(path string) sight {
	return b.do(httptest.NewRequest(http.MethodGet, "https://shop.example/"+strings.TrimPrefix(path, "./"), nil))
}

func (b visitor) do(r *http.Request) sight {
	b.t.Helper()
	if b.who != "" {
		r.Header.Set("Test-Customer", b.who)
	}
	if b.gpc {
		r.Header.Set("Sec-GPC", "1")
	}
	if b.lang != "" {
		r.Header.Set("Accept-Language", b.lang)
	}
	w := httptest.NewRecorder()
	b.centre.ServeHTTP(w, r)
	assert.Equal(b.t, "no-store", w.Header().Get("Cache-Control"))
	return sight{b.t, w.Code, w.Header(), w.Body.String()}
}

// post sends a form, with further headers over those of a browser.
func (b visitor) post(action string, fields url.Values, headers ...string) sight {
	r := httptest.NewRequest(http.MethodPost, "https://shop.example/"+strings.TrimPrefix(action, "./"), strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		} else {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	return b.do(r)
}

// click is one click on the button of a choice, and the page it leads to.
func (b visitor) click(button, of string) sight {
	b.t.Helper()
	f, ok := b.get("").form(button, of)
	require.True(b.t, ok, "no button %q for %q", button, of)
	s := b.post(f.action, f.fields)
	require.Equal(b.t, http.StatusSeeOther, s.code, s.body)
	to, _, _ := strings.Cut(s.head.Get("Location"), "#")
	return b.get(to)
}

type form struct {
	action string
	fields url.Values
}

var (
	forms   = regexp.MustCompile(`(?s)<form method="post" action="([^"]*)">(.*?)<button[^>]*>([^<]*)<span class="hidden">: ([^<]*)</span></button></form>`)
	inputs  = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	cardsOf = regexp.MustCompile(`(?s)<section class="card" id="c\d+".*?</section>`)
	tags    = regexp.MustCompile(`(?s)<[^>]*>`)
	spaces  = regexp.MustCompile(`\s+`)
)

func (s sight) form(button, of string) (form, bool) {
	for _, m := range forms.FindAllStringSubmatch(s.body, -1) {
		if html.UnescapeString(m[3]) != button || html.UnescapeString(m[4]) != of {
			continue
		}
		f := form{action: m[1], fields: url.Values{}}
		for _, in := range inputs.FindAllStringSubmatch(m[2], -1) {
			f.fields.Set(in[1], html.UnescapeString(in[2]))
		}
		return f, true
	}
	return form{}, false
}

// buttons are those of a card.
func (s sight) buttons() (all []string) {
	for _, m := range forms.FindAllStringSubmatch(s.body, -1) {
		all = append(all, m[3])
	}
	return all
}

// words are what is there to read.
func (s sight) words() string {
	return spaces.ReplaceAllString(html.UnescapeString(tags.ReplaceAllString(s.body, " ")), " ")
}

// card is the part of the page about the i-th purpose.
func (s sight) card(i int) sight {
	s.t.Helper()
	all := cardsOf.FindAllString(s.body, -1)
	require.Greater(s.t, len(all), i)
	return sight{s.t, s.code, s.head, all[i]}
}

func visit(t testing.TB, gate *consent.Gate, o *center.Options) visitor {
	t.Helper()
	c, err := center.New(gate, signedIn, o)
	require.NoError(t, err)
	return visitor{t: t, centre: c, who: "customer-1"}
}

func events(t testing.TB, gate *consent.Gate, who string) []consent.Event {
	t.Helper()
	all, err := gate.History(t.Context(), who)
	require.NoError(t, err)
	return all
}

func TestOneClickAllowsAndTheSameOneClickWithdraws(t *testing.T) {
	gate, _ := newGate(t)
	b := visit(t, gate, nil)
	page := b.get("")
	require.Equal(t, http.StatusOK, page.code)
	assert.Contains(t, page.words(), "We look at what you bought <to choose>.", "the exact text")
	assert.Contains(t, page.words(), "The exact text, version 1.")
	assert.Contains(t, page.card(0).words(), "Off")
	allow, _ := page.form("Allow", "Offers made for you")

	page = b.click("Allow", "Offers made for you")
	assert.Contains(t, page.words(), "Saved. You allow this now")
	assert.Contains(t, page.card(0).words(), "You allowed this on")
	withdraw, ok := page.form("Withdraw", "Offers made for you")
	require.True(t, ok)
	assert.LessOrEqual(t, len(withdraw.fields), len(allow.fields), "it asks for no more")
	page = b.click("Withdraw", "Offers made for you")
	assert.Contains(t, page.words(), "Saved. We no longer use your data for this.")
	assert.Contains(t, page.card(0).words(), "You withdrew your agreement")
	assert.Equal(t, []string{"Allow"}, page.card(0).buttons())

	said := events(t, gate, "customer-1")
	require.Len(t, said, 2)
	for i, kind := range []consent.Kind{consent.Granted, consent.Withdrawn} {
		assert.Equal(t, kind, said[i].Kind)
		assert.Equal(t, "preference centre", said[i].Method)
		receipt := b.get(fmt.Sprint("receipt/", said[i].Seq))
		require.Equal(t, http.StatusOK, receipt.code)
		assert.Contains(t, receipt.head.Get("Content-Disposition"), "attachment")
		checked, err := consent.VerifyReceipt(receipt.body, key.Public().(ed25519.PublicKey))
		require.NoError(t, err)
		assert.Equal(t, said[i].Seq, checked.Event.Seq)
		assert.Contains(t, page.body+b.get("history").body, fmt.Sprintf(`href="./receipt/%d" download`, said[i].Seq))
	}
	past := b.get("history").words()
	assert.Less(t, strings.Index(past, "You took it back"), strings.Index(past, "You allowed it"), "the newest first")
	export := b.get("export")
	assert.Equal(t, "application/ld+json", export.head.Get("Content-Type"))
	assert.Contains(t, export.body, "ConsentWithdrawn")
}

// stands is a gate for how a purpose can stand.
var stands = []consent.Purpose{
	{ID: "offers", Name: "Offers", TTL: 100 * 24 * time.Hour, Notice: consent.Notice{Version: 3, MaterialSince: 2, Text: "Text."}},
	{ID: "ads", Name: "Ads", SaleLike: true, OptOut: []string{"US-CA"}},
	{ID: "partners", Name: "Partners", SaleLike: true, OverGPC: true},
	{ID: "safety", Name: "Safety", Bases: []consent.Basis{consent.BasisConsent, consent.BasisLegitimateInterests}},
	{ID: "invoice", Name: "Invoices", Bases: []consent.Basis{consent.BasisContract}},
	{ID: "games", Name: "Games", MinAge: 16},
	{ID: "letters", Name: "Letters", Within: []string{"offers"}},
}

func TestHowAPurposeStands(t *testing.T) {
	for _, c := range []struct {
		name    string
		index   int
		said    []consent.Event
		gpc     bool
		in      string
		badge   string
		text    string
		buttons []string
	}{
		{name: "never asked", badge: "Off", text: "You have not agreed", buttons: []string{"Allow"}},
		{name: "allowed", said: []consent.Event{{Kind: consent.Granted}}, badge: "On", text: "It ends on 11 March 2000", buttons: []string{"Withdraw"}},
		{name: "allowed in earlier words", said: []consent.Event{{Kind: consent.Granted, NoticeVersion: 2, NoticeDigest: "earlier"}}, badge: "On", text: "only the wording has changed: you read version 2", buttons: []string{"Withdraw"}},
		{name: "allowed another text", said: []consent.Event{{Kind: consent.Granted, NoticeVersion: 1, NoticeDigest: "other"}}, badge: "Off", text: "has changed since you agreed", buttons: []string{"Allow"}},
		{name: "run out", said: []consent.Event{{Kind: consent.Granted, Given: time.Date(1999, 5, 1, 0, 0, 0, 0, time.UTC)}}, badge: "Off", text: "has run out", buttons: []string{"Allow"}},
		{name: "for one recipient", said: []consent.Event{{Kind: consent.Granted}, {Kind: consent.Withdrawn, Recipient: "acme"}}, badge: "On", text: "Off for one recipient: acme", buttons: []string{"Withdraw", "Allow"}},
		{name: "silence allows", index: 1, in: "US-CA", badge: "On", text: "This is on unless you say no.", buttons: []string{"Say no"}},
		{name: "silence allows elsewhere", index: 1, badge: "Off", text: "You have not agreed", buttons: []string{"Allow"}},
		{name: "the browser says no", index: 1, in: "US-CA", gpc: true, badge: "Off", text: "Your browser asks us not to do this", buttons: []string{"Say no"}},
		{name: "the browser says no to what was allowed", index: 1, said: []consent.Event{{Kind: consent.Granted}}, gpc: true, badge: "Off", text: "You had allowed this, but your browser asks us not to", buttons: []string{"Withdraw"}},
		{name: "the browser and the person say no", index: 1, said: []consent.Event{{Kind: consent.Objected}}, gpc: true, badge: "Off", text: "You objected", buttons: nil},
		{name: "a choice over the browser's", index: 2, gpc: true, badge: "Off", text: "", buttons: []string{"Allow"}},
		{name: "a choice over the browser's, made", index: 2, said: []consent.Event{{Kind: consent.Granted}}, gpc: true, badge: "On", text: "What you say here counts more", buttons: []string{"Withdraw"}},
		{name: "an interest of ours", index: 3, badge: "On", text: "our legitimate interests. You can object", buttons: []string{"Object"}},
		{name: "a withdrawal does not stop an interest", index: 3, said: []consent.Event{{Kind: consent.Withdrawn}}, badge: "On", text: "You can object", buttons: []string{"Object"}},
		{name: "objected", index: 3, said: []consent.Event{{Kind: consent.Objected}}, badge: "Off", text: "You objected to this use", buttons: []string{"Allow"}},
		{name: "a contract", index: 4, said: []consent.Event{{Kind: consent.Objected}}, badge: "Always on", text: "our contract with you, so it cannot be switched off here", buttons: nil},
		{name: "for grown-ups", index: 5, badge: "Off", text: "cannot be allowed on this page", buttons: nil},
		{name: "by a guardian", index: 5, said: []consent.Event{{Kind: consent.Granted, Guardian: true, Actor: "parent-1"}}, badge: "On", text: "A parent or guardian allowed this", buttons: []string{"Withdraw"}},
		{name: "by the broader purpose", index: 6, said: []consent.Event{{Kind: consent.Granted, Purpose: "offers"}}, badge: "On", text: "you allowed “Offers”, which this is part of", buttons: []string{"Withdraw"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // begins at midnight on 1 January 2000
				log := ledger.Memory(nil)
				defer log.Close()
				gate, err := consent.New(t.Context(), log, stands, nil)
				require.NoError(t, err)
				for _, e := range c.said {
					if e.Subject = "customer-1"; e.Purpose == "" {
						e.Purpose = stands[c.index].ID
					}
					if e.Purpose == "offers" && !e.Given.IsZero() {
						e.NoticeVersion = 3
					}
					if c.text == "It ends on 11 March 2000" {
						e.Given = time.Date(1999, 12, 2, 0, 0, 0, 0, time.UTC)
						e.NoticeVersion = 3
					}
					_, err := gate.Record(t.Context(), e)
					require.NoError(t, err)
				}
				b := visit(t, gate, nil)
				b.gpc = c.gpc
				inner := b.centre
				b.centre = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // as an application's middleware does
					inner.ServeHTTP(w, r.WithContext(consent.WithAsk(r.Context(), consent.Ask{Jurisdiction: c.in, Also: []string{"games"}})))
				})
				card := b.get("").card(c.index)
				assert.Contains(t, card.body, `>`+c.badge+`</span></div>`)
				assert.Contains(t, card.words(), c.text)
				assert.Equal(t, c.buttons, card.buttons())

				for _, button := range card.buttons()[:min(1, len(card.buttons()))] { // what it says is what it does
					before := len(events(t, gate, "customer-1"))
					page := b.click(button, stands[c.index].Name)
					assert.Len(t, events(t, gate, "customer-1"), before+1)
					want := ">Off</span></div>"
					if button == "Allow" {
						want = ">On</span></div>"
					}
					assert.Contains(t, page.card(c.index).body, want)
				}
			})
		})
	}
}

func TestTheSignalOfTheBrowserIsShownAsHonoured(t *testing.T) {
	gate, err := consent.New(t.Context(), ledger.Memory(nil), stands, nil)
	require.NoError(t, err)
	b := visit(t, gate, nil)
	assert.Contains(t, b.get("").words(), "If your browser sends the Global Privacy Control signal, we honour it")
	b.gpc = true
	assert.Contains(t, b.get("").words(), "We honour that. It keeps off: Ads Partners")
	b.click("Allow", "Partners")
	said := events(t, gate, "customer-1")
	require.Len(t, said, 1)
	assert.True(t, said[0].GPC, "that the two conflict is on record")
	assert.Contains(t, b.get("history").words(), "You allowed it by way of: preference centre while your browser sent the Global Privacy Control signal")
	assert.Contains(t, b.get("api/history").body, `"gpc":true`)
	assert.NotContains(t, b.get("").words(), "It keeps off: Ads Partners")
	plain, err := consent.New(t.Context(), ledger.Memory(nil), stands[3:5], nil)
	require.NoError(t, err)
	b.centre = visit(t, plain, nil).centre
	assert.Contains(t, b.get("").words(), "nothing here sells or shares your data")
}

func TestFormsThatAreNotOursChangeNothing(t *testing.T) {
	gate, log := newGate(t)
	b := visit(t, gate, nil)
	other := b
	other.who = "customer-2"
	fresh := func(v visitor) url.Values {
		f, ok := v.get("").form("Allow", "Offers made for you")
		require.True(t, ok)
		return f.fields
	}
	with := func(name, value string) url.Values {
		f := fresh(b)
		f.Set(name, value)
		return f
	}
	for name, c := range map[string]struct {
		fields  url.Values
		headers []string
		want    int
	}{
		"from another site":   {fresh(b), []string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden},
		"from a sister site":  {fresh(b), []string{"Sec-Fetch-Site", "same-site"}, http.StatusForbidden},
		"of another origin":   {fresh(b), []string{"Sec-Fetch-Site", "", "Origin", "https://evil.example"}, http.StatusForbidden},
		"without a token":     {with("token", ""), nil, http.StatusForbidden},
		"with a wrong token":  {with("token", "AAAA"), nil, http.StatusForbidden},
		"with another's":      {with("token", fresh(other).Get("token")), nil, http.StatusForbidden},
		"as JSON":             {fresh(b), []string{"Content-Type", "application/json"}, http.StatusUnsupportedMediaType},
		"for another text":    {with("notice", strings.Repeat("0", 64)), nil, http.StatusConflict},
		"for no such purpose": {with("purpose", "resale"), nil, http.StatusNotFound},
		"huge":                {with("recipient", strings.Repeat("x", 1<<20)), nil, http.StatusRequestEntityTooLarge},
		"a long recipient":    {with("recipient", strings.Repeat("x", 5000)), nil, http.StatusBadRequest},
	} {
		s := b.post("allow", c.fields, c.headers...)
		assert.Equal(t, c.want, s.code, name)
	}
	for _, path := range []string{"allow", "stop", "api/grant"} {
		assert.Equal(t, http.StatusMethodNotAllowed, b.get(path).code, "by GET")
	}
	for _, path := range []string{"", "history", "export", "receipt/1", "api/purposes", "api/history", "?said=allowed"} {
		b.get(path)
	}
	for e, err := range log.Since(t.Context(), 0) {
		require.NoError(t, err)
		t.Fatal("something was recorded: ", e)
	}

	once := fresh(b)
	require.Equal(t, http.StatusSeeOther, b.post("allow", once).code)
	again := b.post("allow", once)
	assert.Equal(t, http.StatusConflict, again.code, "a form counts once")
	assert.Len(t, events(t, gate, "customer-1"), 1)

	elsewhere := visit(t, gate, nil) // another process, with a key of its own
	elsewhere.who = "customer-2"
	assert.Equal(t, http.StatusForbidden, other.post("allow", fresh(elsewhere)).code)
	assert.Empty(t, events(t, gate, "customer-2"))
}

func TestATextThatHasChangedIsShownAgain(t *testing.T) {
	gate, _ := newGate(t)
	b := visit(t, gate, nil)
	f, ok := b.get("").form("Allow", "Offers made for you")
	require.True(t, ok)
	f.fields.Set("notice", strings.Repeat("0", 64))
	s := b.post("allow", f.fields)
	assert.Equal(t, http.StatusConflict, s.code)
	assert.Contains(t, s.words(), "The text has changed since you read it")
	_, ok = s.form("Allow", "Offers made for you")
	assert.True(t, ok, "with the button for the new one")
}

func TestWhatCannotBeSwitchedOffIsNot(t *testing.T) {
	gate, err := consent.New(t.Context(), ledger.Memory(nil), stands, nil)
	require.NoError(t, err)
	b := visit(t, gate, nil)
	f, _ := b.get("").form("Allow", "Offers")
	s := b.post("stop", url.Values{"token": f.fields["token"], "purpose": {"invoice"}})
	assert.Equal(t, http.StatusConflict, s.code)
	assert.Contains(t, s.words(), "cannot be switched off here")
	assert.Empty(t, events(t, gate, "customer-1"))
}

func TestNobodySeesAnothersPages(t *testing.T) {
	gate, _ := newGate(t)
	_, err := gate.Record(t.Context(), consent.Event{Subject: "customer-1", Purpose: "offers", Kind: consent.Granted, Recipient: "canary-recipient", Method: "canary-method", Actor: "canary-actor"})
	require.NoError(t, err)
	one := visit(t, gate, nil)
	assert.Contains(t, one.get("history").words(), "canary-recipient")
	other := one
	other.who = "customer-2"
	for _, path := range []string{"", "history", "history?before=100", "export", "receipt/1", "api/purposes", "api/history"} {
		s := other.get(path)
		assert.NotContains(t, s.body, "canary", path)
		assert.NotContains(t, s.body, "customer-1", path)
	}
	assert.Equal(t, http.StatusNotFound, other.get("receipt/1").code)
	nobody := one
	nobody.who = ""
	for _, path := range []string{"", "history", "export", "receipt/1", "api/purposes", "api/history", "nowhere"} {
		s := nobody.get(path)
		if path != "nowhere" || s.code != http.StatusNotFound {
			assert.Equal(t, http.StatusUnauthorized, s.code, path)
		}
		assert.NotContains(t, s.body, "Offers", path)
	}
	assert.Equal(t, http.StatusUnauthorized, nobody.post("allow", url.Values{"purpose": {"offers"}}).code)
}

func TestPagesSpeakTheReadersLanguage(t *testing.T) {
	gate, _ := newGate(t)
	o := &center.Options{Brand: "Shop", Catalogues: map[string]map[string]string{
		"de": {"Your choices": "Deine Wahl", "Allow": "Erlauben", "You have not agreed to this use of your data, so we did not use it.": "Du hast dem nicht zugestimmt."},
		"pt": {"Your choices": "As suas escolhas"},
	}}
	b := visit(t, gate, o)
	b.lang = "de-CH, en;q=0.5"
	page := b.get("")
	assert.Contains(t, page.body, `<html lang="de">`)
	assert.Contains(t, page.words(), "Deine Wahl")
	assert.Contains(t, page.words(), "Du hast dem nicht zugestimmt.")
	assert.Contains(t, page.words(), "What exactly", "what is not translated stays English")
	assert.Contains(t, page.body, `<blockquote lang="en">We look at what you bought`, "the notice is what it is")
	_, ok := page.form("Erlauben", "Offers made for you")
	assert.True(t, ok)
	o.Language = func(*http.Request) string { return "pt" }
	b.centre = visit(t, gate, o).centre
	assert.Contains(t, b.get("").words(), "As suas escolhas")
}

func TestTheApplicationCompletesWhatIsClicked(t *testing.T) {
	gate, err := consent.New(t.Context(), ledger.Memory(nil), stands, nil)
	require.NoError(t, err)
	age := 12
	b := visit(t, gate, &center.Options{Complete: func(_ *http.Request, e *consent.Event) error {
		if age == 0 {
			return errors.New("canary")
		}
		e.Age, e.Subject, e.Kind, e.Purpose, e.Recipient = age, "customer-2", consent.Granted, "offers", "acme"
		return nil
	}})
	page := b.click("Allow", "Games")
	assert.Contains(t, page.words(), "Saved, but it makes no difference yet.")
	assert.Contains(t, page.card(5).words(), "A parent or guardian has to agree")
	age = 30
	assert.Contains(t, b.click("Allow", "Games").words(), "Saved. You allow this now")
	assert.Empty(t, events(t, gate, "customer-2"))
	age = 0
	f, _ := b.get("").form("Withdraw", "Games")
	s := b.post(f.action, f.fields)
	assert.Equal(t, http.StatusForbidden, s.code)
	assert.Contains(t, s.words(), "This choice cannot be made here")
	assert.NotContains(t, s.body, "canary")
	assert.Len(t, events(t, gate, "customer-1"), 2)
}

func TestALongHistoryComesInPages(t *testing.T) {
	gate, _ := newGate(t)
	for i := range 120 {
		_, err := gate.Record(t.Context(), consent.Event{Subject: "customer-1", Purpose: "offers", Kind: []consent.Kind{consent.Granted, consent.Withdrawn}[i%2]})
		require.NoError(t, err)
	}
	b := visit(t, gate, nil)
	older, seen := regexp.MustCompile(`href="\./(history\?before=\d+)"`), map[string]bool{}
	for path, pages := "history", 0; path != ""; pages++ {
		s := b.get(path)
		for _, m := range regexp.MustCompile(`href="\./(receipt/\d+)"`).FindAllStringSubmatch(s.body, -1) {
			assert.False(t, seen[m[1]], "twice")
			seen[m[1]] = true
		}
		path = ""
		if m := older.FindStringSubmatch(s.body); m != nil {
			path = m[1]
		}
		require.Less(t, pages, 3)
	}
	assert.Len(t, seen, 120)
	assert.Equal(t, http.StatusOK, b.get("history?before=x").code)
}

func TestPagesThatCannotAnswerSaySo(t *testing.T) {
	gate, log := newGate(t)
	b := visit(t, gate, nil)
	f, _ := b.get("").form("Allow", "Offers made for you")
	require.NoError(t, log.Close())
	for _, s := range []sight{b.get(""), b.get("history"), b.get("export"), b.get("receipt/1"), b.post(f.action, f.fields)} {
		assert.Equal(t, http.StatusServiceUnavailable, s.code)
		assert.NotContains(t, s.body, "customer-1")
		assert.NotContains(t, s.body, "Allow</button>")
	}
}

func TestWithoutAControllerThereAreNoReceipts(t *testing.T) {
	gate, err := consent.New(t.Context(), ledger.Memory(nil), stands, nil)
	require.NoError(t, err)
	b := visit(t, gate, nil)
	page := b.click("Allow", "Offers")
	assert.NotContains(t, page.body+b.get("history").body, "receipt/")
	assert.Equal(t, http.StatusNotImplemented, b.get(fmt.Sprint("receipt/", events(t, gate, "customer-1")[0].Seq)).code)
	assert.Equal(t, http.StatusOK, b.get("export").code, "but the export is there")
}

// TestHostileTextsBreakNothing renders 10,000 of them: names, notices, data, recipients, lengths, methods and what a person's history holds.
func TestHostileTextsBreakNothing(t *testing.T) {
	seeds := []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'><svg/onload=alert(1)>`, `</blockquote></section><form action=//evil.example>`,
		`javascript:alert(1)`, `{{.Token}}{{template "switch" .}}`, "\u202e<b>", "&lt;script&gt;", `<!--`, `--><script>`, `]]>`, `</title><script>`, "`${alert(1)}`",
		`" autofocus onfocus="alert(1)`, "a\x00<i>", "<\u2028script>", `<a href="data:text/html,<script>">`, `<base href=//evil.example>`, `<style>*{}</style>`, `<meta http-equiv=refresh content=0>`,
	}
	n := 0
	next := func() string {
		n++
		return fmt.Sprintf("%s%s#%d", seeds[n%len(seeds)], seeds[(n/len(seeds))%len(seeds)], n)
	}
	known := regexp.MustCompile(`^</?(html|head|meta|title|link|script|body|a|header|div|p|span|nav|ul|li|main|h1|h2|section|blockquote|form|input|button|details|summary|dl|dt|dd|br|table|thead|tbody|tr|th|td|time|footer|strong)\b[^<]*>$`)
	wrong := regexp.MustCompile(`(?i)\son[a-z]+=|javascript:|evil\.example"|style=`)
	values := regexp.MustCompile(`(value|lang)="[^"]*"`)
	total := 10_000
	if testing.Short() {
		total = 1000
	}
	for n < total {
		var purposes []consent.Purpose
		for range 20 {
			purposes = append(purposes, consent.Purpose{
				ID: next(), Name: next(), Data: []string{next(), next()}, Keep: next(), Recipients: []string{next()},
				Notice: consent.Notice{Text: next(), Language: next(), Version: 1}, SaleLike: n%2 == 0,
			})
		}
		gate, err := consent.New(t.Context(), ledger.Memory(nil), purposes, &consent.Options{Controller: &consent.Controller{
			Name: next(), Address: next(), Contact: next(), Authority: next(), Storage: []string{next()}, Withdrawal: next(), Jurisdiction: next(), Signer: key,
		}})
		require.NoError(t, err)
		for _, p := range purposes {
			for _, e := range []consent.Event{{Kind: consent.Granted}, {Kind: consent.Withdrawn, Recipient: next()}} {
				e.Subject, e.Purpose, e.Method, e.Actor, e.Jurisdiction = "customer-1", p.ID, next(), next(), next()
				_, err := gate.Record(t.Context(), e)
				require.NoError(t, err)
			}
		}
		b := visit(t, gate, nil)
		b.gpc = n%3 == 0
		for _, path := range []string{"", "history", "?said=" + url.QueryEscape(next()), "history?before=" + url.QueryEscape(next())} {
			page := b.get(path)
			require.Equal(t, http.StatusOK, page.code)
			assert.Equal(t, 1, strings.Count(page.body, "<script"), "the shell's own")
			for _, tag := range tags.FindAllString(page.body[len("<!doctype html>"):], -1) {
				if !known.MatchString(tag) || wrong.MatchString(values.ReplaceAllString(tag, "")) {
					t.Fatal("a tag that is not ours: ", tag)
				}
			}
		}
		page := b.get("")
		for i, p := range purposes {
			card := page.card(i)
			assert.Contains(t, html.UnescapeString(card.body), strings.ReplaceAll(p.Name, "\x00", "\uFFFD"), "shown as it is")
		}
	}
}
