package privacy

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/privacy/pii"
)

// minKey is the shortest secret that cannot be tried out.
const minKey = 16

const errShortKey = advice("set Redactor.Key to at least 16 random bytes: without a secret, numbers can be found again by trying them all")

// subkey is the key for one purpose, tenant and kind (HKDF, RFC 5869): what is computed for one says nothing about another.
func (v Value) subkey(purpose string) ([]byte, error) {
	if len(v.key) < minKey {
		return nil, errShortKey
	}
	// Lengths are fixed by the separators: neither purpose nor label can hold a zero byte, and the tenant comes last.
	return hkdf.Key(sha256.New, v.key, nil, "fairlead privacy\x00"+purpose+"\x00"+label(v.Kind)+"\x00"+v.tenant, 32)
}

// mac is the keyed hash of the value (HMAC-SHA-256, FIPS 198-1).
func (v Value) mac(purpose string) ([]byte, error) {
	key, err := v.subkey(purpose)
	if err != nil {
		return nil, err
	}
	h := hmac.New(sha256.New, key)
	h.Write([]byte(v.Text))
	return h.Sum(nil), nil
}

// Hash puts a keyed hash of 128 bits in place of a piece, <EMAIL_ADDRESS:5f0c...>: the same for the same value, kind, tenant
// (WithTenant) and Redactor.Key in every process, so that records can be joined. Nothing brings the value back. Without a
// key it refuses.
type Hash struct{}

// Operate gives the hash.
func (Hash) Operate(v Value) (string, error) {
	sum, err := v.mac("hash")
	if err != nil {
		return "", err
	}
	return "<" + label(v.Kind) + ":" + hex.EncodeToString(sum[:16]) + ">", nil
}

// Token puts a placeholder whose name is a keyed hash of 80 bits, <EMAIL_ADDRESS_K5QW...>: stable over turns, sessions and
// processes for the same value, kind, tenant and Redactor.Key, and turned back by the Show of a session that has seen the
// value. Without a key it refuses.
type Token struct{}

// Operate gives the placeholder.
func (t Token) Operate(v Value) (string, error) {
	name, err := t.name(v)
	return "<" + name + ">", err
}

func (Token) name(v Value) (string, error) {
	sum, err := v.mac("token")
	if err != nil {
		return "", err
	}
	return label(v.Kind) + "_" + base32.StdEncoding.EncodeToString(sum[:10]), nil
}

// Encrypt puts the piece itself, sealed with AES-256-GCM, in its place: <EMAIL_ADDRESS~...>. Redactor.Decrypt opens it, in any
// process with the same Redactor.Key and tenant, without a vault. The same value looks different every time. Without a key
// it refuses.
type Encrypt struct{}

// Operate gives the sealed piece.
func (Encrypt) Operate(v Value) (string, error) {
	aead, err := v.aead()
	if err != nil {
		return "", err
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(v.Text)+aead.Overhead())
	_, _ = rand.Read(nonce) // never fails: since Go 1.24 it ends the program instead
	sealed := aead.Seal(nonce, nonce, []byte(v.Text), nil)
	return "<" + label(v.Kind) + "~" + base64.RawURLEncoding.EncodeToString(sealed) + ">", nil
}

// aead is the cipher for the value's kind and tenant.
func (v Value) aead() (cipher.AEAD, error) {
	key, err := v.subkey("encrypt")
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// Decrypt turns back what Encrypt put into text, wherever it stands and of whatever kind, or, where the Redactor's operator for kind
// is an FPE, the whole of text. It needs the Key and tenant the text was made with; what was made with others, or changed
// since, is a *RefusedError.
func (r *Redactor) Decrypt(ctx context.Context, kind pii.Kind, text string) (string, error) {
	ctx = orBackground(ctx)
	d := call.From(ctx)
	if r == nil {
		return "", refuse(d, nilRedactor, nil)
	}
	v := Value{Text: text, Kind: kind, key: r.Key, tenant: tenantFrom(ctx)}
	var out string
	var err error
	if f, ok := r.operator(how{kind: kind}).(FPE); ok {
		out, err = f.decipher(v)
	} else {
		out, err = v.openAll()
	}
	if err != nil {
		return "", refuse(d, "cannot decrypt: "+operatorAdvice(err), err)
	}
	return out, nil
}

const errSealed = advice("a piece was sealed with another key or for another tenant, or has been changed")

// openAll opens every sealed piece in the value's text.
func (v Value) openAll() (string, error) {
	var out strings.Builder
	for text := v.Text; ; {
		start := strings.IndexByte(text, '<')
		if start < 0 {
			out.WriteString(text)
			return out.String(), nil
		}
		out.WriteString(text[:start])
		text = text[start:]
		kind, _, ok := strings.Cut(text[1:min(len(text), maxKind+2)], "~")
		if !ok || label(pii.Kind(kind)) != kind {
			out.WriteByte('<')
			text = text[1:]
			continue
		}
		sealed, rest, closed := strings.Cut(text[len(kind)+2:], ">")
		if !closed { // nor is any that follows
			out.WriteString(text)
			return out.String(), nil
		}
		plain, err := Value{Kind: pii.Kind(kind), key: v.key, tenant: v.tenant}.open(sealed)
		if err != nil {
			return "", err
		}
		out.WriteString(plain)
		text = rest
	}
}

func (v Value) open(sealed string) (string, error) {
	aead, err := v.aead()
	if err != nil {
		return "", err
	}
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || len(raw) < aead.NonceSize() {
		return "", errSealed
	}
	plain, err := aead.Open(nil, raw[:aead.NonceSize()], raw[aead.NonceSize():], nil)
	if err != nil {
		return "", errSealed
	}
	return string(plain), nil
}
