package attest_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/attest/attesttest"
)

const (
	digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	other  = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

func newKey(t testing.TB) attesttest.Key {
	t.Helper()
	k, err := attesttest.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// must is what a function of attesttest signed.
func must(t testing.TB) func(attest.Attachment, error) attest.Attachment {
	return func(a attest.Attachment, err error) attest.Attachment {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
}

// edit replaces a text in what is attached, which has to be there.
func edit(t *testing.T, a attest.Attachment, from, to string) attest.Attachment {
	t.Helper()
	if !strings.Contains(string(a.Body), from) {
		t.Fatalf("%s has no %q", a.Body, from)
	}
	a.Body = []byte(strings.Replace(string(a.Body), from, to, 1))
	return a
}

// repack replaces a text in the payload of an envelope, and keeps the signature.
func repack(t *testing.T, a attest.Attachment, from, to string) attest.Attachment {
	t.Helper()
	var e map[string]any
	if err := json.Unmarshal(a.Body, &e); err != nil {
		t.Fatal(err)
	}
	payload, err := base64.StdEncoding.DecodeString(e["payload"].(string))
	if err != nil || !strings.Contains(string(payload), from) {
		t.Fatalf("%s has no %q: %v", payload, from, err)
	}
	e["payload"] = base64.StdEncoding.EncodeToString([]byte(strings.Replace(string(payload), from, to, 1)))
	if a.Body, err = json.Marshal(e); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestRead(t *testing.T) {
	t.Parallel()
	mine, theirs := newKey(t), newKey(t)
	statement := attesttest.Statement(digest, attesttest.Provenance, `{}`)
	envelope, bundle := must(t)(mine.Envelope(statement)), must(t)(mine.Bundle(statement))
	simple := must(t)(mine.SimpleSigning(digest))
	twice := edit(t, envelope, `"signatures":[`, `"signatures":[{"keyid":"","sig":"MEUCIQ=="},`)
	unsigned := attest.Attachment{MediaType: "application/vnd.in-toto+json", Body: []byte(statement)}
	bare := simple
	bare.Annotations = nil
	large := envelope
	large.Body = make([]byte, attest.MaxSize+1)
	full := envelope
	full.Body = large.Body[:attest.MaxSize]
	broken := simple
	broken.Annotations = map[string]string{"dev.cosignproject.cosign/signature": "AAAA!"}

	tests := []struct {
		name     string
		attached attest.Attachment
		want     string // type of its predicate
		err      string
	}{
		{name: "an envelope", attached: envelope, want: attesttest.Provenance},
		{name: "arguments that differ in case", attached: must(t)(mine.Envelope(attesttest.Statement(digest, attesttest.Provenance, `{"args": {"http_proxy": "a", "HTTP_PROXY": "a"}}`))), want: attesttest.Provenance},
		{name: "a bundle", attached: bundle, want: attesttest.Provenance},
		{name: "a signature of cosign's older form", attached: simple, want: attesttest.Signature},
		{name: "two signatures, of which the second is right", attached: twice, want: attesttest.Provenance},
		{name: "a name for the key", attached: edit(t, envelope, `"keyid":""`, `"keyid":"somebody"`), want: attesttest.Provenance},
		{name: "another key", attached: must(t)(theirs.Envelope(statement)), err: "signed with none of the keys"},
		{name: "another key, older form", attached: must(t)(theirs.SimpleSigning(digest)), err: "signed with none of the keys"},
		{name: "changed afterwards", attached: repack(t, envelope, digest[7:], other[7:]), err: "signed with none of the keys"},
		{name: "changed afterwards, older form", attached: edit(t, simple, digest, other), err: "signed with none of the keys"},
		{name: "another type of payload than was signed", attached: edit(t, envelope, "application/vnd.in-toto+json", "text/plain"), err: `payloadType: the envelope holds "text/plain"`},
		{name: "no signatures", attached: edit(t, envelope, `"signatures":[`, `"signatures":[],"x":[`), err: "signed with none of the keys"},
		{name: "without an envelope", attached: unsigned, err: "signed with none of the keys"},
		{name: "older form of another kind of artifact", attached: must(t)(mine.SimpleSigningOf(digest, "signature of a model")), err: `its type is "signature of a model"`},
		{name: "older form without a signature", attached: bare, err: "holds no signature in Base64"},
		{name: "older form with a signature that is no Base64", attached: broken, err: "holds no signature in Base64"},
		{name: "older form of no JSON", attached: must(t)(mine.SimpleSigning("\x01")), err: "what is signed is not valid"},
		{name: "older form of its older type", attached: must(t)(mine.SimpleSigningOf(digest, "atomic container signature")), want: attesttest.Signature},
		{name: "a signature that is no Base64", attached: edit(t, envelope, `"sig":"`, `"sig":"!`), err: "signatures[0].sig: the signature is not in Base64"},
		{name: "a payload that is no Base64", attached: edit(t, bundle, `"payload":"`, `"payload":"!`), err: "dsseEnvelope.payload: the payload is not in Base64"},
		{name: "a bundle that says it is something else", attached: edit(t, bundle, attesttest.Bundle, "text/plain"), err: `mediaType: "text/plain" is no Sigstore bundle`},
		{name: "a bundle about a file", attached: edit(t, bundle, `"dsseEnvelope"`, `"messageSignature"`), err: "messageSignature"},
		{name: "duplicate keys in an envelope", attached: edit(t, envelope, `"payloadType"`, `"payload":"e30=","payloadType"`), err: "duplicate field"},
		{name: "duplicate keys in a statement", attached: must(t)(mine.Envelope(strings.Replace(statement, `"subject"`, `"subject": [], "subject"`, 1))), err: "duplicate field"},
		{name: "no statement in the envelope", attached: must(t)(mine.Envelope(`{"_type": "x"}`)), err: `its _type is "x"`},
		{name: "no JSON in the envelope", attached: must(t)(mine.Envelope(`nothing`)), err: "the in-toto statement is not valid"},
		{name: "no JSON", attached: attest.Attachment{MediaType: attesttest.Envelope, Body: []byte("nothing")}, err: "it is no DSSE envelope"},
		{name: "too large", attached: large, err: "more than the"},
		{name: "just not too large", attached: full, err: "it is no DSSE envelope"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := attest.Read(tt.attached, attest.NewKeys(mine.Public))
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("Read() = %+v, %v, want an error with %q", got, err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.PredicateType != tt.want || !cmp.Equal(got.SignedBy, []string{mine.Public.ID()}) || !cmp.Equal(got.Subjects, []string{digest}) {
				t.Errorf("Read() = %+v, want %s about %s, signed by %s", got, tt.want, digest, mine.Public.ID())
			}
		})
	}
}

// A statement is about digests of SHA-256 alone.
func TestReadOtherDigests(t *testing.T) {
	t.Parallel()
	k := newKey(t)
	a := must(t)(k.Envelope(strings.Replace(attesttest.Statement(digest, attesttest.Provenance, `{}`), `"sha256"`, `"sha512"`, 1)))
	if got, err := attest.Read(a, attest.NewKeys(k.Public)); err != nil || len(got.Subjects) != 0 {
		t.Errorf("Read() = %+v, %v, want no subject", got, err)
	}
	if got := attest.DigestsOf(""); got != nil {
		t.Errorf("DigestsOf() = %v, want none", got)
	}
}

// Who signed is listed in order.
func TestReadSignedByTwo(t *testing.T) {
	t.Parallel()
	first, second := newKey(t), newKey(t)
	a := both(t, first, second, attesttest.Statement(digest, attesttest.Provenance, `{}`))
	want := []string{first.Public.ID(), second.Public.ID()}
	slices.Sort(want)
	for range 20 {
		if got, err := attest.Read(a, attest.NewKeys(first.Public, second.Public)); err != nil || !cmp.Equal(got.SignedBy, want) {
			t.Fatalf("Read() = %q, %v, want it signed by %q", got.SignedBy, err, want)
		}
	}
}

// A key is of one of the kinds that are named, and large enough.
func TestKinds(t *testing.T) {
	t.Parallel()
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p384, err384 := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	p521, err521 := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	_, edwards, errEdwards := ed25519.GenerateKey(rand.Reader)
	large, errLarge := rsa.GenerateKey(rand.Reader, 2048)
	small, errSmall := rsa.GenerateKey(rand.Reader, 1024)
	if err := errors.Join(err, err384, err521, errEdwards, errLarge, errSmall); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		private crypto.Signer
		hash    crypto.Hash
		valid   bool
	}{
		{"P-256", p256, crypto.SHA256, true},
		{"P-384", p384, crypto.SHA384, true},
		{"P-384 as cosign signs", p384, crypto.SHA256, true},
		{"P-521", p521, crypto.SHA256, false},
		{"Ed25519", edwards, crypto.SHA256, true},
		{"RSA of 2,048 bits", large, crypto.SHA256, true},
		{"RSA of 1,024 bits", small, crypto.SHA256, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			key, err := attesttest.From(tt.private, tt.hash)
			if err != nil {
				t.Fatal(err)
			}
			if err := key.Public.Valid(); (err == nil) != tt.valid {
				t.Errorf("Valid() = %v, want valid %t", err, tt.valid)
			}
			for _, sign := range []func() (attest.Attachment, error){
				func() (attest.Attachment, error) { return key.SimpleSigning(digest) },
				func() (attest.Attachment, error) {
					return key.Envelope(attesttest.Statement(digest, attesttest.Signature, `{}`))
				},
			} {
				if got, err := attest.Read(must(t)(sign()), attest.NewKeys(key.Public)); (err == nil) != tt.valid {
					t.Errorf("Read() = %+v, %v, want it to verify: %t", got, err, tt.valid)
				}
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	k := newKey(f)
	for _, a := range []attest.Attachment{
		must(f)(k.Envelope(attesttest.Statement(digest, attesttest.Verdict, `{}`))),
		must(f)(k.Bundle(attesttest.Statement(digest, attesttest.Signature, `{}`))),
		must(f)(k.SimpleSigning(digest)),
	} {
		f.Add(a.MediaType, a.Annotations["dev.cosignproject.cosign/signature"], a.Body)
	}
	keys := attest.NewKeys(newKey(f).Public)
	f.Fuzz(func(t *testing.T, mediaType, sig string, body []byte) {
		got, err := attest.Read(attest.Attachment{MediaType: mediaType, Annotations: map[string]string{"dev.cosignproject.cosign/signature": sig}, Body: body}, keys)
		if err == nil {
			t.Errorf("Read(%q) = %+v, and nobody signed it with the key", body, got)
		}
	})
}
