package vulndb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/redact"
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
	// ask fails where the source does not say now which database it has.
	ask(ctx context.Context, cfg Config) error
}

// ParseSource reads a source as users write it: the address of an update server, oci:// and a reference, or a path. An address that can
// be none of these is a wrong request, which shows the right form. It may hold a password, which no error repeats.
func ParseSource(text string) (Source, error) {
	scheme, rest, isAddress := strings.Cut(text, "://")
	switch lower := strings.ToLower(scheme); {
	case !isAddress && !meantAsAddress(text):
		return Path(text), nil
	case !isAddress:
		scheme, rest, _ = strings.Cut(text, ":")
		return nil, wrongSource("a source of the advisory database has no // behind "+scheme+":", strings.ToLower(scheme), strings.TrimLeft(rest, "/"))
	case !slices.Contains(schemes(), lower):
		return nil, fault.Request(fmt.Errorf("an advisory database cannot come from %s://", scheme), hintSources())
	case scheme != lower:
		return nil, wrongSource("a source of the advisory database begins with "+scheme+"://, and not in lower case", lower, rest)
	case lower == "oci":
		return parseRepository(rest)
	default:
		_, err := parseServer(text)
		return Server(text), err
	}
}

// schemes are those that the addresses of sources begin with.
func schemes() []string { return []string{"https", "http", "oci"} }

// meantAsAddress tells that a text without :// begins like an address, and not like a path.
func meantAsAddress(text string) bool {
	scheme, _, found := strings.Cut(text, ":")
	return found && slices.Contains(schemes(), strings.ToLower(scheme))
}

// wrongSource is the error for an address, with the form of it that was meant.
func wrongSource(why, scheme, rest string) error {
	return fault.Request(errors.New(why), fault.Hintf("write %s", redact.URL(scheme+"://"+rest)))
}

// parseServer reads the address of an update server.
func parseServer(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fault.Request(fmt.Errorf("%q is not the address of an update server", redact.URL(text)), hintSources())
	}
	return u, checkPort(text, u.Host)
}

// checkPort refuses a host with a port that none can have; text is the address that it is of.
func checkPort(text, host string) error {
	_, port, err := net.SplitHostPort(host)
	if n, wrong := strconv.ParseUint(port, 10, 16); err != nil || port == "" || wrong == nil && n > 0 {
		return nil
	}
	return fault.Request(fmt.Errorf("%s names the port %s of an advisory database's server, and ports are numbers from 1 to 65535", redact.URL(text), port), "correct the port, or leave it out")
}

// parseRepository reads a reference, which has to name the registry. Whether it is valid the registry's client says.
func parseRepository(text string) (Source, error) {
	host, repository, _ := strings.Cut(text, "/")
	hint := fault.Hintf("write oci://REGISTRY/REPOSITORY:TAG or oci://REGISTRY/REPOSITORY@sha256:DIGEST, such as oci://registry.example/security/advisories:latest")
	switch {
	case host == "" || repository == "" || strings.HasPrefix(host, ":") || strings.ContainsAny(text, "?#"):
		return nil, fault.Request(fmt.Errorf("%s names no registry and repository of an advisory database", redact.URL("oci://"+text)), hint)
	case strings.Contains(host, "@"):
		return nil, fault.Request(fmt.Errorf("the source oci://%s of an advisory database holds a login", redact.Text(text[strings.Index(text, "@")+1:])),
			fault.Hintf("leave it out, and give %s and %s, or log in with docker login", fault.Input("registry-username"), fault.Input("registry-password")))
	case !strings.ContainsAny(host, ".:") && host != "localhost":
		return nil, fault.Request(fmt.Errorf("oci://%s names no registry, since %s is no name of a host", text, host),
			fault.Hintf("write oci://REGISTRY/%s, for Docker Hub oci://docker.io/%s", text, text))
	}
	return Repository(text), checkPort("oci://"+text, host)
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
		for _, parts := range slices.Backward(fault.HintParts(one.err)) {
			if hint := fault.JoinParts(parts); !slices.Contains(fault.Hints(err), hint.String()) {
				err = fault.WithHint(err, hint)
			}
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
