package consent

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/consent/dpv"
	"github.com/fairlead-go/fairlead/internal/call"
)

// recordProfile is what records conform to: the terms of the Data Privacy Vocabulary for ISO/IEC TS 27560:2023.
const recordProfile = "https://w3id.org/dpv/schema/dpv-27560"

type node = map[string]any

// terms is the context of every JSON-LD document of this package.
var terms = node{"dpv": dpv.Space, "eu-gdpr": dpv.GDPR, "dct": dpv.Terms, "foaf": "http://xmlns.com/foaf/0.1/"}

func ref(iri string) node { return node{"@id": iri} }

func refs(iris []string) []node {
	all := make([]node, len(iris))
	for i, iri := range iris {
		all[i] = ref(iri)
	}
	return all
}

// record is an event as an ISO/IEC TS 27560 record in the terms of the Data Privacy Vocabulary. The comments name its sections.
func (g *Gate) record(e *Event, p *purpose) node {
	c := g.controller
	if c == nil {
		c = &Controller{}
	}
	r := node{ // header
		"@type": "dpv:ConsentRecord", "dct:conformsTo": recordProfile, "dct:identifier": "urn:uuid:" + e.ID.String(),
		"dpv:hasIdentifier":  "urn:uuid:" + uuid.NewSHA1(e.ID, []byte("receipt")).String(),
		"dpv:hasDataSubject": subject(e),
	}
	g.processing(r, e, p, c)
	r["dpv:hasDataController"] = party(c)
	r["dpv:hasConsentStatus"] = []node{event(e, p)}
	return r
}

// subject is whom the record is about.
func subject(e *Event) node {
	s := node{"@type": "dpv:DataSubject", "dpv:hasIdentifier": e.Subject}
	if e.Age > 0 {
		s["foaf:age"] = e.Age
	}
	return s
}

// processing fills the section of that name.
func (g *Gate) processing(r node, e *Event, p *purpose, c *Controller) {
	notice := node{"@type": "dpv:ConsentNotice", "dct:hasVersion": fmt.Sprint(e.NoticeVersion), "dct:language": p.Notice.Language}
	if e.NoticeDigest != "" {
		notice["dct:identifier"] = "sha256:" + e.NoticeDigest
	}
	if e.NoticeDigest == p.digest {
		notice["dct:description"] = p.Notice.Text // the very text; for an earlier one the digest has to do
	}
	purpose := node{"@type": "dpv:Purpose", "dct:identifier": p.ID, "dct:title": p.Name}
	if p.Category != "" {
		purpose["@type"] = p.Category
	}
	how := p.Processing
	if len(how) == 0 {
		how = []string{"dpv:Use"}
	}
	data := make([]node, len(p.Data))
	for i, d := range p.Data {
		data[i] = node{"@type": "dpv:PersonalData", "dct:title": d}
		if p.Sensitive {
			data[i]["@type"] = "dpv:SpecialCategoryPersonalData"
		}
	}
	recipients := append([]string{}, p.Recipients...)
	if e.Recipient != "" {
		recipients = []string{e.Recipient}
	}
	maps.Copy(r, node{
		"dpv:hasNotice": notice, "dct:language": p.Notice.Language, "dpv:hasPurpose": []node{purpose}, "dpv:hasLegalBasis": basesOf(p),
		"dpv:hasPersonalData": data, "dpv:hasProcessing": how, "dpv:hasRecipient": recipients,
		"dpv:hasDataSource":       or(e.Method, "not recorded"),
		"dpv:hasStorageCondition": node{"dpv:hasLocation": c.Storage, "dpv:hasDuration": p.Keep},
		"dpv:hasJurisdiction":     or(e.Jurisdiction, c.Jurisdiction),
		"dpv:hasConsentControl":   node{"@type": dpv.WithdrawConsent, "dct:description": c.Withdrawal},
		"dpv:hasRight":            refs(rightsOf(p.Bases)),
	})
	if p.Automated {
		r["dpv:hasAutomation"] = "dpv:FullyAutomated"
	}
	if c.Authority != "" {
		r["dpv:hasAuthority"] = c.Authority
	}
}

func basesOf(p *purpose) []node {
	all := make([]node, len(p.Bases))
	for i, b := range p.Bases {
		all[i] = ref(b.DPV())
	}
	return all
}

func party(c *Controller) node {
	return node{
		"@type": or(c.Type, "dpv:DataController"), "dpv:hasIdentifier": or(c.ID, c.Name), "dpv:hasName": c.Name,
		"dpv:hasAddress": c.Address, "dpv:hasContact": c.Contact,
	}
}

// event is the section of that name. How long it is valid counts from its time.
func event(e *Event, p *purpose) node {
	at, consent := e.At, dpv.ExpressedConsent
	if !e.Given.IsZero() {
		at = e.Given
	}
	for _, b := range p.Bases {
		if b == BasisExplicitConsent {
			consent = dpv.ExplicitlyExpressedConsent
		}
	}
	valid := "until withdrawn"
	switch {
	case !e.Kind.gives():
		valid = "PT0S"
	case !e.Expires.IsZero() && (p.TTL == 0 || e.Expires.Before(at.Add(p.TTL))):
		valid = at.UTC().Format(time.RFC3339) + "/" + e.Expires.UTC().Format(time.RFC3339)
	case p.TTL > 0:
		valid = at.UTC().Format(time.RFC3339) + "/" + at.Add(p.TTL).UTC().Format(time.RFC3339)
	}
	n := node{
		"@type": e.Kind.DPV(), "dct:date": at.UTC().Format(time.RFC3339Nano), "dct:valid": valid, "dct:type": string(e.Kind),
		"dpv:isImplementedByEntity": or(e.Actor, e.Subject), "dpv:hasLegalBasis": ref(consent),
	}
	if e.GPC {
		n["dct:description"] = "said while the browser sent Sec-GPC: 1"
	}
	if e.Guardian {
		n["dpv:hasRelationWithDataSubject"] = "dpv:GuardianOfDataSubject"
	}
	return n
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// Export is everything recorded about a person's consents as a JSON-LD document of ISO/IEC TS 27560 records, for access and
// portability (GDPR articles 15 and 20). Events on purposes the gate no longer has are in it with what the log knows of them.
func (g *Gate) Export(ctx context.Context, subject string) ([]byte, error) {
	if g == nil || g.log == nil {
		return nil, call.Refuse(call.From(ctx), call.StageConsent, "the gate is nil or zero; make it with consent.New", nil)
	}
	events, err := g.History(ctx, subject)
	if err != nil {
		return nil, err
	}
	graph := make([]node, len(events))
	for i := range events {
		e := &events[i]
		p := g.purposes[e.Purpose]
		if p == nil {
			p = &purpose{Purpose: Purpose{ID: e.Purpose, Name: e.Purpose}}
		}
		graph[i] = g.record(e, p)
	}
	return json.Marshal(node{"@context": terms, "@graph": graph})
}
