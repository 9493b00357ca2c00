package check

import (
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/secret"
)

// Redact hides the secrets in what a finding about a manifest quotes from it. Each finding of a rule about manifests passes here, so that no
// report prints a password of an address, the signature of a link or a token, whatever field of the manifest has it. Addresses keep their
// host and path.
func Redact(f *finding.Finding) {
	hide := func(s string) string { return redact.Text(secret.Redact(s)) }
	if f.Kind == finding.KindSecret { // it shows of a secret what may be shown
		hide = redact.Text
	}
	c := f.Check
	for _, text := range []*string{&c.Saw, &c.Wants, &c.Resource, &c.Container, &c.Image, &c.Field} {
		*text = hide(*text)
	}
}
