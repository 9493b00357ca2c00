// Package vulndbtest helps to test advisory databases: it asks grype's own matchers what a database says of a package,
// and compares files, directories and errors. Only tests import it.
package vulndbtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anchore/grype/grype"
	"github.com/anchore/grype/grype/matcher"
	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/grype/grype/vulnerability"
	syftpkg "github.com/anchore/syft/syft/pkg"
	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
)

// BuiltAt returns the time at which test databases are built.
func BuiltAt() time.Time { return time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC) }

// Clock is a clock that stands still, d after BuiltAt.
func Clock(d time.Duration) func() time.Time {
	return func() time.Time { return BuiltAt().Add(d) }
}

// Installed is a package of a language.
func Installed(kind syftpkg.Type, language syftpkg.Language, name, version string) grypepkg.Package {
	return grypepkg.Package{Name: name, Version: version, Type: kind, Language: language}
}

// Matches runs grype's own matchers over one package and writes each match as "ID severity [fixes]", sorted.
func Matches(t testing.TB, db vulnerability.Provider, p grypepkg.Package) []string {
	t.Helper()
	p.ID = "package"
	vm := grype.VulnerabilityMatcher{
		VulnerabilityProvider: db,
		Matchers:              matcher.NewDefaultMatchers(matcher.Config{}),
	}
	found, _, err := vm.FindMatches([]grypepkg.Package{p}, grypepkg.Context{Distro: p.Distro})
	if err != nil {
		t.Fatalf("FindMatches(%s %s) = %v", p.Name, p.Version, err)
	}
	out := []string{}
	for m := range found.Enumerate() {
		severity := "?"
		if m.Vulnerability.Metadata != nil {
			severity = strings.ToLower(m.Vulnerability.Metadata.Severity)
		}
		out = append(out, fmt.Sprintf("%s %s %v", m.Vulnerability.ID, severity, m.Vulnerability.Fix.Versions))
	}
	slices.Sort(out)
	return out
}

// MinimistMatches checks that a database of the project's advisories is read: it has one for minimist 1.2.5.
func MinimistMatches(t testing.TB, db vulnerability.Provider) {
	t.Helper()
	got := Matches(t, db, Installed(syftpkg.NpmPkg, syftpkg.JavaScript, "minimist", "1.2.5"))
	Diff(t, "matches", got, []string{"GHSA-xvch-5gv4-984h critical [1.2.6]"})
}

// WantError checks an error's text, that it is one line, that it says what to do, and whether it is a wrong request.
func WantError(t testing.TB, err error, request bool, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error = %q, want it to contain %q", err, part)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("error = %q, want one line", err)
	}
	if len(fault.Hints(err)) == 0 {
		t.Errorf("error %q has no hint", err)
	}
	if got := fault.IsRequest(err); got != request {
		t.Errorf("IsRequest(%q) = %t, want %t", err, got, request)
	}
}

// Diff compares two values.
func Diff(t testing.TB, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}
