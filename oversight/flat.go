package oversight

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// A desk that opens reads every entry there ever was, so what most entries hold is read without reflection: a walk over the members
// of a flat JSON object as encoding/json writes it. Whatever it does not know how to read, encoding/json reads.

// flat is a payload that reads its own members. It says false to what it cannot read.
type flat interface{ member(key, value []byte) bool }

// unmarshal reads a payload.
func unmarshal(data []byte, into any) error {
	if f, ok := into.(interface {
		flat
		clear()
	}); ok {
		if walk(data, f) {
			return nil
		}
		f.clear()
	}
	return json.Unmarshal(data, into)
}

// walk gives an object's members to f. It says false for anything that is not one object in the form that encoding/json writes, without
// spaces.
func walk(data []byte, f flat) bool {
	if len(data) < 2 || data[0] != '{' || data[len(data)-1] != '}' {
		return false
	}
	if len(data) == 2 {
		return true
	}
	for rest := data[1:]; ; rest = rest[1:] {
		n := text(rest)
		if n == 0 || n >= len(rest) || rest[n] != ':' {
			return false
		}
		key := rest[1 : n-1]
		rest = rest[n+1:]
		n = value(rest)
		if n == 0 || n >= len(rest) || !f.member(key, rest[:n]) {
			return false
		}
		if rest = rest[n:]; rest[0] == '}' {
			return len(rest) == 1
		}
		if rest[0] != ',' {
			return false
		}
	}
}

// text is the length of the string at the beginning of data, quotes included; 0 if it has escapes, or is none.
func text(data []byte) int {
	if len(data) == 0 || data[0] != '"' {
		return 0
	}
	for i := 1; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			return i + 1
		case c == '\\' || c < ' ':
			return 0
		}
	}
	return 0
}

// value is the length of the string, number or word at the beginning of data; 0 for an object or array.
func value(data []byte) int {
	if len(data) == 0 || data[0] == '"' {
		return text(data)
	}
	for i, c := range data {
		switch {
		case c == ',' || c == '}':
			return i
		case c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c == '-' || c == '+' || c == '.' || c == 'E':
		default:
			return 0
		}
	}
	return 0
}

func asText[S ~string](v []byte, into *S) bool {
	if len(v) < 2 || v[0] != '"' || !utf8.Valid(v) {
		return false
	}
	*into = S(v[1 : len(v)-1])
	return true
}

func asBytes(v []byte, into *[]byte) bool {
	if len(v) < 2 || v[0] != '"' {
		return false
	}
	out, err := base64.StdEncoding.AppendDecode([]byte{}, v[1:len(v)-1])
	*into = out
	return err == nil
}

func asInt[N ~int | ~int64](v []byte, into *N) bool {
	n, err := strconv.ParseInt(string(v), 10, 64)
	*into = N(n)
	return err == nil && int64(N(n)) == n && plainNumber(v)
}

func asUint[N ~uint64](v []byte, into *N) bool {
	n, err := strconv.ParseUint(string(v), 10, 64)
	*into = N(n)
	return err == nil && plainNumber(v)
}

// asFloat reads what JSON allows, which is less than what strconv does.
func asFloat(v []byte, into *float64) bool {
	f, err := strconv.ParseFloat(string(v), 64)
	*into = f
	return err == nil && plainNumber(v)
}

// plainNumber says whether v begins as a number of JSON does: no plus sign, no point and no needless zero first.
func plainNumber(v []byte) bool {
	if len(v) > 0 && v[0] == '-' {
		v = v[1:]
	}
	switch {
	case len(v) == 0 || v[0] < '0' || v[0] > '9' || v[len(v)-1] < '0' || v[len(v)-1] > '9':
		return false
	case v[0] == '0' && len(v) > 1:
		return v[1] == '.' && len(v) > 2 && v[2] >= '0' && v[2] <= '9' || v[1] == 'e'
	}
	for i, c := range v {
		if c == '.' && (v[i+1] < '0' || v[i+1] > '9') || c >= 'a' && c <= 'z' && c != 'e' {
			return false
		}
	}
	return true
}

func asBool(v []byte, into *bool) bool {
	*into = string(v) == "true"
	return *into || string(v) == "false"
}

func (p *openedPublic) clear() { *p = openedPublic{} }

func (p *openedPublic) member(key, v []byte) bool {
	switch string(key) {
	case "p":
		return asFloat(v, &p.Probability)
	case "least":
		return asFloat(v, &p.Least)
	case "rule":
		return asText(v, &p.Rule)
	case "held":
		return asBool(v, &p.Held)
	case "hold_rule":
		return asText(v, &p.HoldRule)
	case "call":
		return asBool(v, &p.Call)
	case "stratum":
		return asText(v, &p.Stratum)
	case "policy":
		return asText(v, &p.Policy)
	case "key":
		return asText(v, &p.KeyID)
	case "system":
		return asText(v, &p.System)
	case "type":
		return asText(v, &p.Type)
	case "version":
		return asText(v, &p.Version)
	}
	return p.more(key, v)
}

func (p *openedPublic) more(key, v []byte) bool {
	switch string(key) {
	case "deadline":
		return asInt(v, &p.Deadline)
	case "fallback":
		return asText(v, &p.Fallback)
	case "need":
		return asInt(v, &p.Need)
	case "urgent":
		return asBool(v, &p.Urgent)
	case "undo":
		return asInt(v, &p.Undo)
	case "valid":
		return asInt(v, &p.Valid)
	case "remind":
		return asInt(v, &p.Remind)
	case "blind":
		return asBool(v, &p.Blind)
	case "blind_share":
		return asFloat(v, &p.BlindShare)
	case "began":
		return asInt(v, &p.Began)
	case "function":
		return asText(v, &p.Function)
	case "lossy":
		return asBool(v, &p.Lossy)
	}
	return false
}

func (h *openedHead) clear() { *h = openedHead{} }

func (h *openedHead) member(key, v []byte) bool {
	switch string(key) {
	case "unit":
		return asText(v, &h.Unit)
	case "title":
		return asText(v, &h.Title)
	case "score":
		return asFloat(v, &h.Score)
	case "answer":
		return asBytes(v, &h.Answer)
	case "input_digest":
		return asBytes(v, &h.InputDigest)
	case "digest":
		return asBytes(v, &h.Digest)
	}
	return false
}

func (p *leasePublic) clear() { *p = leasePublic{} }

func (p *leasePublic) member(key, v []byte) bool {
	switch string(key) {
	case "token":
		return asUint(v, &p.Token)
	case "until":
		return asInt(v, &p.Until)
	}
	return false
}

func (b *leaseBody) clear() { *b = leaseBody{} }

func (b *leaseBody) member(key, v []byte) bool {
	switch string(key) {
	case "reviewer":
		return asText(v, &b.Reviewer)
	case "why":
		return asText(v, &b.Why)
	}
	return false
}

func (p *decidedPublic) clear() { *p = decidedPublic{} }

func (p *decidedPublic) member(key, v []byte) bool {
	switch string(key) {
	case "token":
		return asUint(v, &p.Token)
	case "verdict":
		return asText(v, &p.Verdict)
	case "final":
		return asBool(v, &p.Final)
	}
	return false
}

func (b *decidedBody) clear() { *b = decidedBody{} }

func (b *decidedBody) member(key, v []byte) bool {
	switch string(key) {
	case "reviewer":
		return asText(v, &b.Reviewer)
	case "comment":
		return asText(v, &b.Comment)
	case "digest":
		return asBytes(v, &b.Digest)
	}
	return false
}
