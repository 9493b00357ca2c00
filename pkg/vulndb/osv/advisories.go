package osv

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/anchore/grype/grype/db/data"
	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/db/v6/build/transformers"

	"github.com/layergate/layergate/pkg/fault"
)

// Advisories are OSV records that were read and understood, in the order of their identifiers, without those that were withdrawn.
type Advisories struct {
	list      []converted
	withdrawn int
}

// converted is an advisory as grype's database has it.
type converted struct {
	id, file string
	digest   [32]byte // of the record
	handle   v6.VulnerabilityHandle
	packages []v6.AffectedPackageHandle
	passed   []passed // the affected packages that nothing can match; see packages
	cves     []string
	cwes     []string
}

// Parse reads the advisories of files, without those that are withdrawn by now. What cannot be understood, and an advisory that is there twice, is a wrong request
// (fault.IsRequest) that names the file and, where it can, line and field.
func Parse(ctx context.Context, files iter.Seq2[File, error], now time.Time) (*Advisories, error) {
	out := &Advisories{}
	for file, err := range files {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, fmt.Errorf("reading advisories: %w", err)
		}
		found, err := parseAdvisories(file.Name, file.Content)
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			withdrawn, err := a.time("withdrawn", a.Withdrawn)
			if err != nil {
				return nil, a.wrong(a.ID, err)
			}
			if withdrawn != nil && !withdrawn.After(now) {
				out.withdrawn++
				continue
			}
			c, err := a.convert()
			if err != nil {
				return nil, a.wrong(a.ID, err)
			}
			out.list = append(out.list, c)
		}
	}
	slices.SortStableFunc(out.list, byID)
	for i, a := range out.list {
		if i > 0 && byID(out.list[i-1], a) == 0 {
			return nil, fault.Request(fmt.Errorf("advisory %s is in %s and again in %s", a.id, out.list[i-1].file, a.file), "keep one of the two")
		}
	}
	return out, nil
}

func byID(a, b converted) int { return cmp.Compare(strings.ToLower(a.id), strings.ToLower(b.id)) }

// Keep has every advisory of before count as it is there, and returns the identifiers, sorted, of those that differ or that were
// missing: whoever may change the one set and not the other can add to what is known, and take nothing away.
func (a *Advisories) Keep(before *Advisories) (kept []string) {
	for _, b := range before.list {
		at, found := slices.BinarySearchFunc(a.list, b, byID)
		switch {
		case found && a.list[at].digest == b.digest:
			continue
		case found:
			a.list[at] = b
		default:
			a.list = slices.Insert(a.list, at, b)
		}
		kept = append(kept, b.id)
	}
	return kept
}

// Len is how many there are.
func (a *Advisories) Len() int {
	if a == nil {
		return 0
	}
	return len(a.list)
}

// Digest is the SHA-256 of what they say, the same in whatever files and order: sha256:…
func (a *Advisories) Digest() string {
	digest := sha256.New()
	for _, c := range a.list {
		digest.Write(c.digest[:])
	}
	return "sha256:" + hex.EncodeToString(digest.Sum(nil))
}

// Unmatched lists what of them can match nothing, since it names commits and not versions, a product that is no release, or builds of a module whose
// stream is not known: the advisory, and which of its packages.
func (a *Advisories) Unmatched() []string {
	var out []string
	for _, c := range a.list {
		for _, p := range c.passed {
			out = append(out, c.id+" ("+p.what+")")
		}
	}
	return out
}

// rows are what a database holds of them, written down under the name of a provider.
func (a *Advisories) rows(providerID string, built time.Time) (entries []data.Entry, packages int) {
	provider := v6.Provider{ID: providerID, Version: "1", Processor: processor, DateCaptured: &built, InputDigest: a.Digest()}
	for _, c := range a.list {
		c.handle.Provider, c.handle.ProviderID = &provider, provider.ID
		models := []any{c.handle}
		for _, p := range c.packages {
			models = append(models, p)
		}
		entries = append(entries, transformers.NewEntries(models...)...)
		packages += len(c.packages)
	}
	for _, row := range weaknesses(a.list, providerID) {
		entries = append(entries, transformers.NewEntries(row)...)
	}
	return entries, packages
}
