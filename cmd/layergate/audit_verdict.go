package main

import (
	"context"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/registry"
)

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
