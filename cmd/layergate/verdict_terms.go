package main

import (
	"cmp"
	"fmt"
	"time"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/regular"
)

// verdictInputs are the inputs that say which signed verdicts count.
func verdictInputs() []string { return []string{"key", "verifier", "max-age"} }

// verdictTerms are what the inputs ask of a signed verdict; without keys where they name none.
func verdictTerms(in *input.Values, now time.Time) (out attest.Terms, err error) {
	out = attest.Terms{Named: in.Spell("key"), Verifier: cmp.Or(in.String("verifier"), attest.GateVerifier), Now: now}
	named := in.List("key")
	for _, other := range []string{"verifier", "max-age", "verdict-policy"} {
		if len(named) == 0 && in.IsSet(other) {
			return out, fault.Request(fmt.Errorf("%s says which verdicts count, and no key is named to trust", in.Spell(other)), nameKey())
		}
	}
	for _, path := range named {
		key, err := readPublicKey(path)
		if err != nil {
			return out, fault.Request(fmt.Errorf("%s %s: %w", in.Spell("key"), path, err), "name a public key in PEM, such as cosign.pub; openssl pkey -in gate.key -pubout writes that of a private key")
		}
		out.Keys = append(out.Keys, key)
	}
	out.MaxAge, err = parseAge(in.Spell("max-age"), in.String("max-age"))
	return out, err
}

// nameKey says what to do where no key is named.
func nameKey() fault.Hint {
	return fault.Hintf("name the public key of whoever signs the verdicts with %s", fault.Input("key"))
}

// readPublicKey reads a public key in PEM.
func readPublicKey(path string) (policy.Key, error) {
	raw, err := regular.ReadNamed(rootOf(), path, maxKey)
	if err != nil {
		return "", err
	}
	key := policy.Key(raw)
	return key, key.Valid()
}
