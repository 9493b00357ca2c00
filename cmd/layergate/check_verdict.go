package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/safetext"
)

// verdictsAtOnce is of how many images the verdicts are looked for at a time.
const verdictsAtOnce = 8

// addSigned looks for the signed verdicts about the images of manifests, where the inputs ask for them. The error is that a registry could
// not be asked.
func (c *command) addSigned(ctx context.Context, in *input.Values, m *gate.Manifests, connections []ci.ServiceConnection) error {
	terms, err := c.checkedTerms(ctx, in, connections)
	if err != nil || len(terms.Keys) == 0 {
		return err
	}
	change, err := c.reviewed(in)
	if err != nil {
		return err
	}
	refs := withDigests(m)
	// What manifests name does not decide whose the user name and the password are, nor, where anybody may have written them, which registry
	// of Azure gets a token.
	client, err := c.client(in, access{read: append([]string{""}, refs...), connections: connections, unreviewed: change != nil, onlyDocker: true})
	if err != nil {
		return err
	}
	found := make([]attest.Verification, len(refs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(verdictsAtOnce)
	for i, ref := range refs {
		group.Go(func() (err error) {
			found[i], err = verdictAbout(ctx, client, terms, ref)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	m.Signed = map[string]string{}
	for i, ref := range refs {
		if m.Signed[ref] = strings.Join(found[i].Reasons, "; "); found[i].Cleared {
			fmt.Fprintf(c.platform.LogWriter(), "%s was cleared %s, signed by %s\n", redact.Text(safetext.Escape(ref)), found[i].Verdict.TimeVerified.UTC().Format(time.RFC3339), strings.Join(found[i].SignedBy, ", "))
		}
	}
	return nil
}

// checkedTerms are what the inputs ask of the verdicts about the images of manifests. A pull request decides neither whose key nor whose
// policy counts.
func (c *command) checkedTerms(ctx context.Context, in *input.Values, connections []ci.ServiceConnection) (attest.Terms, error) {
	terms, err := verdictTerms(in, time.Now())
	if err != nil {
		return terms, err
	}
	by := in.String("verdict-policy")
	files := map[string][]string{"key": in.List("key"), "verdict-policy": {by}}
	for _, name := range []string{"key", "verdict-policy"} {
		for _, path := range files[name] {
			if path == "" || path == noPolicy {
				continue
			}
			if brought, err := c.broughtByChange(in, path); err != nil || brought {
				return terms, cmp.Or(err, fault.Request(fmt.Errorf("%s %s lies in the project, where the pull request itself could have brought it", in.Spell(name), path),
					"keep it outside of the checkout, or bring it by a pull request of its own"))
			}
		}
	}
	if by == "" {
		return terms, nil
	}
	p, err := findPolicy(by, ".", c.fetchPolicy(ctx, in, access{connections: connections}))
	terms.Policy = p.Digest()
	return terms, err
}

// withDigests lists the images that manifests name by a digest, each reference once.
func withDigests(m *gate.Manifests) []string {
	var out []string
	for _, f := range m.Workloads() {
		for _, w := range f.Workloads {
			for _, c := range w.Containers {
				for _, image := range c.Images() {
					if imageref.Split(image.Value).Digest != "" {
						out = append(out, image.Value)
					}
				}
			}
		}
		for _, image := range f.Images {
			if imageref.Split(image.Value).Digest != "" {
				out = append(out, image.Value)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// verdictAbout says what the verdicts that are attached to an image say of it. One that the registry does not have, or whose reference is
// none, has no verdict.
func verdictAbout(ctx context.Context, client *registry.Client, terms attest.Terms, ref string) (attest.Verification, error) {
	image, attached, err := readAttached(ctx, client, ref)
	switch {
	case fault.IsRequest(err):
		return attest.Verification{Reasons: []string{redact.Error(err)}}, nil
	case err != nil:
		return attest.Verification{}, fmt.Errorf("whether the gate has cleared %s: %w", ref, err)
	}
	return attest.Verify(terms, image, attached), nil
}
