package consent_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// verify is a verifier of receipts that shares nothing with the package: RFC 7515 for the signature, C2SP tlog-checkpoint for the
// note, RFC 9162 (2.1.3.2) for the inclusion proof.
func verify(receipt string, key ed25519.PublicKey) error {
	raw, parts := base64.RawURLEncoding.Strict(), strings.Split(receipt, ".")
	if len(parts) != 3 {
		return errors.New("not three parts")
	}
	payload, errP := raw.DecodeString(parts[1])
	signature, errS := raw.DecodeString(parts[2])
	if errP != nil || errS != nil || !ed25519.Verify(key, []byte(parts[0]+"."+parts[1]), signature) {
		return errors.New("signature")
	}
	var r struct {
		Subject                     string
		LogKey                      string `json:"log_key"`
		Event, Envelope, Checkpoint []byte
		Inclusion                   [][]byte
		Seq                         uint64
	}
	if err := json.Unmarshal(payload, &r); err != nil {
		return err
	}
	// The note: text, empty line, "— name base64(4 bytes of key hash, signature)". The key: name+hash+base64(1, key).
	keyParts := strings.SplitN(r.LogKey, "+", 3)
	logKey, err := base64.StdEncoding.DecodeString(keyParts[2])
	text, signed, _ := strings.Cut(string(r.Checkpoint), "\n\n")
	signed, _, _ = strings.Cut(signed, "\n")
	sig, errN := base64.StdEncoding.DecodeString(signed[strings.LastIndexByte(signed, ' ')+1:])
	if err != nil || errN != nil || len(logKey) != 33 || len(sig) != 68 || !ed25519.Verify(logKey[1:], []byte(text+"\n"), sig[4:]) {
		return errors.New("checkpoint")
	}
	lines := strings.Split(text, "\n")
	size, _ := strconv.ParseUint(lines[1], 10, 64)
	root, _ := base64.StdEncoding.DecodeString(lines[2])
	// From the leaf to the root.
	hash := func(prefix byte, parts ...[]byte) []byte {
		sum := sha256.Sum256(append([]byte{prefix}, bytes.Join(parts, nil)...))
		return sum[:]
	}
	fn, sn, at := r.Seq-1, size-1, hash(0, r.Envelope)
	for _, p := range r.Inclusion {
		if sn == 0 {
			return errors.New("path too long")
		}
		if fn&1 == 1 || fn == sn {
			at = hash(1, p, at)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			at = hash(1, at, p)
		}
		fn, sn = fn>>1, sn>>1
	}
	if sn != 0 || !bytes.Equal(at, root) {
		return errors.New("not in the log")
	}
	// What is public of the entry commits to the subject and the event.
	commitment := sha256.Sum256(bytes.Join([][]byte{{0, 0, 0, 0, 0, 0, byte(len(r.Subject) >> 8), byte(len(r.Subject))}, []byte(r.Subject), r.Event}, nil))
	if !bytes.HasSuffix(r.Envelope[:len(r.Envelope)-32], commitment[:]) {
		return errors.New("another event")
	}
	return nil
}
