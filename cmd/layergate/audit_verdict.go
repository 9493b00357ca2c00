package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/registry"
)

// verdictFlags say which verdict clears an image that is audited.
type verdictFlags struct {
	keys             []string
	verifier, maxAge string

	terms attest.Terms // once they are read
}

func (f *verdictFlags) add(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.keys, "key", nil, "a `FILE` with the public key in PEM of whoever signs the verdicts of the gate: says of each image whether one clears it; may be given more than once")
	flags.StringVar(&f.verifier, "verifier", attest.GateVerifier, "the `ID` of the verifier whose verdict it has to be")
	flags.StringVar(&f.maxAge, "max-age", "", "how old a verdict may be, as an `AGE` in days such as 7d or a Go duration; empty for any age")
}

func (f *verdictFlags) read(now time.Time) (err error) {
	if len(f.keys) == 0 && (f.maxAge != "" || f.verifier != attest.GateVerifier) {
		return fault.Request(errors.New("--max-age and --verifier say which verdicts count, and no key is named to trust"), "name the public key of whoever signs the verdicts with --key")
	}
	f.terms = attest.Terms{Named: "--key", Verifier: f.verifier, Now: now}
	if f.terms.Keys, err = readKeys(f.keys); err != nil {
		return err
	}
	f.terms.MaxAge, err = parseAge("--max-age", f.maxAge)
	return err
}

// verdictOf says what the verdicts that are attached to an image say of it.
func verdictOf(ctx context.Context, client *registry.Client, terms attest.Terms, reference string) audit.Verdict {
	image, attached, err := readAttached(ctx, client, reference)
	if err != nil {
		return audit.Verdict{State: audit.VerdictUnknown, Why: redact.Error(err)}
	}
	v := attest.Verify(terms, image, attached)
	out := audit.Verdict{State: audit.VerdictNone, Why: strings.Join(v.Reasons, "; ")}
	switch {
	case v.Cleared:
		out.State = audit.VerdictClears
	case v.OnlyTooOld():
		out.State = audit.VerdictTooOld
	}
	if v.Verdict != nil {
		out.At = v.Verdict.TimeVerified.UTC().Format(time.RFC3339)
	}
	return out
}
