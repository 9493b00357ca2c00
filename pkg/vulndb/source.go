package vulndb

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
)

// Source is a place that a database comes from: a Path, a Server or a Repository.
type Source interface {
	// String names the source as it may be shown: without a password or a signature.
	String() string
	// open opens the newest database that the source has. Also with an error, the candidate may hold what is to be discarded.
	open(ctx context.Context, cfg Config) (*candidate, error)
	// kept opens the database that the source gave to an earlier run. It is nil where there is none; the error says why there is
	// one that does not count.
	kept(ctx context.Context, cfg Config) (*candidate, error)
	// archive returns the path of the newest archive that the source has. What has to be fetched or made for that is in dir.
	archive(ctx context.Context, cfg Config, dir string) (string, error)
}

// ParseSource reads a source as users write it: the address of an update server, oci:// and a reference, or a path. Any other address is a wrong request.
func ParseSource(text string) (Source, error) {
	scheme, rest, isAddress := strings.Cut(text, "://")
	switch {
	case !isAddress:
		return Path(text), nil
	case scheme == "https" || scheme == "http":
		return Server(text), nil
	case scheme == "oci":
		return Repository(rest), nil
	}
	return nil, fault.Request(fmt.Errorf("an advisory database cannot come from %s://", scheme), hintSources())
}

// hintSources lists what a source may be.
func hintSources() fault.Hint {
	return fault.Hintf("write https://HOST/PATH for an update server in %s, oci://REGISTRY/REPOSITORY:TAG, or a path: %s", fault.Input("db"), hintForms)
}

// sources are the configured ones, or else grype's own distribution.
func (c Config) sources() []Source {
	if len(c.Sources) == 0 {
		return []Source{Server("")}
	}
	return c.Sources
}

// Failure is a source that gave no database.
type Failure struct {
	Source string // as it may be shown
	Reason string // in one line
}

// failure is a source that gave no database, and why.
type failure struct {
	source Source
	err    error
}

// named is the error with the source, where it does not say which that is.
func (f failure) named() error {
	if strings.Contains(f.err.Error(), f.source.String()) {
		return f.err
	}
	return fmt.Errorf("%s: %w", f.source, f.err)
}

type failures []failure

// list is what Info says of them.
func (f failures) list() []Failure {
	var out []Failure
	for _, one := range f {
		out = append(out, Failure{Source: one.source.String(), Reason: one.err.Error()})
	}
	return out
}

// error is the one error of all of them, with the remedies of each. It is a wrong request where each is one: otherwise a source may
// have a database a moment later. So those that are none go first, where package fault looks.
func (f failures) error() error {
	if len(f) == 1 {
		return f[0].err
	}
	sorted := slices.Clone(f)
	slices.SortStableFunc(sorted, func(a, b failure) int { return cmp.Compare(rank(a.err), rank(b.err)) })
	err := fault.WithHint(fmt.Errorf("no source has an advisory database: %w", sorted[0].named()), fault.Hint{})
	for _, one := range sorted[1:] {
		err = fmt.Errorf("%w; %w", err, one.named())
		for _, hint := range slices.Backward(fault.HintParts(one.err)) {
			err = fault.WithHint(err, fault.JoinParts(hint))
		}
	}
	return err
}

// rank is 1 for a wrong request, and 0 for any other failure.
func rank(err error) int {
	if fault.IsRequest(err) {
		return 1
	}
	return 0
}
