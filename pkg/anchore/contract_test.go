package anchore_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/search"
	"github.com/anchore/grype/grype/vulnerability"
	"github.com/anchore/syft/syft"
	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/cataloging/pkgcataloging"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/source"
	_ "github.com/glebarez/sqlite" // the driver that grype reads databases with
	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/modfile"

	"github.com/layergate/layergate/pkg/anchore"
	"github.com/layergate/layergate/pkg/vulndb/osv"
)

// Another version of grype or syft has other insides. Review this package against it, run its tests with and without
// the tag anchore_public, and then name the version in anchore.go.
func TestReviewedVersions(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := modfile.Parse("go.mod", content, nil)
	if err != nil {
		t.Fatal(err)
	}
	required := map[string]string{}
	for _, r := range mod.Require {
		required[r.Mod.Path] = r.Mod.Version
	}
	for _, r := range mod.Replace {
		required[r.Old.Path] = r.New.Path + " " + r.New.Version
	}
	for path, reviewed := range map[string]string{"github.com/anchore/grype": anchore.GrypeVersion, "github.com/anchore/syft": anchore.SyftVersion} {
		if required[path] != reviewed {
			t.Errorf("go.mod takes %s %s, reviewed is %s: review this package against the new one, then name it in anchore.go", path, required[path], reviewed)
		}
	}
}

// readers opens a database twice: as grype reads it, and as this package does.
func readers(t *testing.T) (v6.Reader, *anchore.Reader) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cfg := osv.Config{
		Dir: dir, Now: func() time.Time { return time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC) },
		Files: []string{"../../testdata/advisories", write("own.json", `{"id":"ACME-1","aliases":["MAL-2026-2","CVE-2026-1000"],"published":"2026-03-01T00:30:00+01:00","database_specific":{"cwe_ids":["CWE-79","CWE-20"]},
			"affected":[{"package":{"ecosystem":"npm","name":"login"},"versions":["1.0.0"]}]}`)},
		KEV: write("kev.json", `{"catalogVersion":"1","dateReleased":"2026-11-19T15:00:00Z","count":1,"vulnerabilities":[{"cveID":"CVE-2019-10744",
			"dateAdded":"2026-01-02","dueDate":"2026-01-23","knownRansomwareCampaignUse":"Known"}]}`),
		EPSS: write("epss.csv", "#model_version:v1,score_date:2026-11-20T12:55:00Z\ncve,epss,percentile\nCVE-2019-10744,0.5,0.9\nCVE-2026-1000,0.1,0.2\n"),
	}
	if _, err := osv.Build(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	open := func() v6.Reader {
		r, err := v6.NewReader(v6.Config{DBDirPath: filepath.Join(dir, "6")})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := r.Close(); err != nil {
				t.Errorf("Close() = %v", err)
			}
		})
		return r
	}
	ours, err := anchore.NewReader(open())
	if err != nil {
		t.Fatal(err)
	}
	return open(), ours
}

// What was expected, what was not and what is in no advisory are answered as grype's reader answers them, again and
// again.
func TestReaderAnswersAsGrypes(t *testing.T) {
	t.Parallel()
	theirs, ours := readers(t)
	if err := ours.Expect([]string{"lodash", "LOGIN", "left-pad", "glibc"}); err != nil {
		t.Fatal(err)
	}
	options := &v6.GetPackageOptions{PreloadPackage: true, PreloadVulnerability: true, PreloadBlob: true, PreloadOS: true}
	for _, name := range []string{"lodash", "Lodash", "login", "left-pad", "glibc", "minimist", "nothing", "lodash", "glibc"} {
		want, err := theirs.GetAffectedPackages(&v6.PackageSpecifier{Name: name}, options)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ours.GetAffectedPackages(&v6.PackageSpecifier{Name: name}, options)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Errorf("GetAffectedPackages(%s) has %d rows, grype's %d", name, len(got), len(want))
			continue
		}
		for i := range got {
			if diff := cmp.Diff(fmt.Sprintf("%+v", want[i].BlobValue), fmt.Sprintf("%+v", got[i].BlobValue)); diff != "" || got[i].Vulnerability.Name != want[i].Vulnerability.Name {
				t.Errorf("GetAffectedPackages(%s), row %d: %s (-grype +ours):\n%s", name, i, got[i].Vulnerability.Name, diff)
			}
		}
		for _, r := range []v6.Reader{theirs, ours} {
			if rows, err := r.GetUnaffectedPackages(&v6.PackageSpecifier{Name: name}, options); err != nil || len(rows) > 0 {
				t.Errorf("GetUnaffectedPackages(%s) = %d rows, %v", name, len(rows), err)
			}
		}
	}
	for range 2 {
		want, err := theirs.GetOperatingSystems(v6.OSSpecifier{Name: "debian", MajorVersion: "12"})
		if err != nil {
			t.Fatal(err)
		}
		got, err := ours.GetOperatingSystems(v6.OSSpecifier{Name: "debian", MajorVersion: "12"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
			t.Errorf("GetOperatingSystems() (-grype +ours):\n%s", diff)
		}
	}
}

func TestExploitsAnswerAsGrypes(t *testing.T) {
	t.Parallel()
	theirs, ours := readers(t)
	cves := []string{"CVE-2019-10744", "cve-2026-1000", "CVE-2000-0001"}
	compare(t, "KnownExploited", cves, theirs.GetKnownExploitedVulnerabilities, ours.KnownExploited, 1)
	compare(t, "EPSS", cves, theirs.GetEpss, ours.EPSS, 2)
	compare(t, "CWEs", cves, theirs.GetCWEs, ours.CWEs, 2)
	if rows, err := ours.EPSS(nil); err != nil || len(rows) > 0 {
		t.Errorf("EPSS(nothing) = %v, %v", rows, err)
	}
}

func compare[Row any](t *testing.T, what string, cves []string, one func(string) ([]Row, error), all func([]string) ([]Row, error), n int) {
	t.Helper()
	var want []Row
	for _, cve := range cves {
		rows, err := one(cve)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, rows...)
	}
	got, err := all(cves)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) != n {
		t.Errorf("%s has %d rows, want %d (-grype +ours):\n%s", what, len(got), n, diff)
	}
}

// What is written in one transaction is what grype's store writes otherwise, row for row.
func TestInTransactionWritesAsGrypes(t *testing.T) {
	t.Parallel()
	write := func(store v6.ReadWriter) error {
		for _, id := range []string{"ACME-1", "ACME-2", "ACME-1"} {
			at := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
			advisory := &v6.VulnerabilityHandle{
				Name: id, Status: v6.VulnerabilityActive, ModifiedDate: &at, Provider: &v6.Provider{ID: "acme", DateCaptured: &at}, ProviderID: "acme",
				BlobValue: &v6.VulnerabilityBlob{ID: id, Aliases: []string{"CVE-2026-1"}},
			}
			if err := store.AddVulnerabilities(advisory); err != nil {
				return err
			}
			for _, name := range []string{"some", "other"} {
				row := &v6.AffectedPackageHandle{
					VulnerabilityID: advisory.ID, OperatingSystem: &v6.OperatingSystem{Name: "debian", ReleaseID: "debian", MajorVersion: "12"},
					Package: &v6.Package{Ecosystem: "deb", Name: name}, BlobValue: &v6.PackageBlob{CVEs: []string{id}},
				}
				if err := store.AddAffectedPackages(row); err != nil {
					return err
				}
			}
			if err := errors.Join(store.AddCWE(&v6.CWEHandle{CVE: id, CWE: "CWE-79"}), store.AddEpss(&v6.EpssHandle{Cve: id, Epss: 0.5, Date: at})); err != nil {
				return err
			}
		}
		return nil
	}
	var got [2][]string
	for i, in := range []func(v6.ReadWriter, func() error) error{anchore.InTransaction, func(_ v6.ReadWriter, write func() error) error { return write() }} {
		dir := t.TempDir()
		store, err := v6.NewWriter(v6.Config{DBDirPath: dir})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(in(store, func() error { return write(store) }), store.Close()); err != nil {
			t.Fatal(err)
		}
		got[i] = allRows(t, filepath.Join(dir, v6.VulnerabilityDBFileName))
	}
	if diff := cmp.Diff(got[1], got[0]); diff != "" || len(got[0]) < 20 {
		t.Errorf("%d rows (-grype +ours):\n%s", len(got[0]), diff)
	}
}

// allRows are the rows of a database that do not say when it was built.
func allRows(t *testing.T, file string) (out []string) {
	t.Helper()
	db, err := v6.NewLowLevelDB(file, false, false, false)
	if err != nil {
		t.Fatal(err)
	}
	pool, err := db.DB()
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	tables, err := db.Migrator().GetTables()
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(tables)
	for _, table := range tables {
		var rows []map[string]any
		if table == "db_metadata" || strings.HasPrefix(table, "sqlite_") {
			continue
		}
		if err := db.Table(table).Order("rowid").Find(&rows).Error; err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			out = append(out, fmt.Sprint(table, " ", row))
		}
	}
	return out
}

func TestInTransactionFails(t *testing.T) {
	t.Parallel()
	store, err := v6.NewWriter(v6.Config{DBDirPath: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	failed := errors.New("no more")
	if err := anchore.InTransaction(store, func() error { return failed }); !errors.Is(err, failed) {
		t.Errorf("InTransaction() = %v, want why writing failed", err)
	}
	if err := store.Close(); err != nil {
		t.Errorf("Close() = %v", err)
	}
}

// nothing is a source for syft whose only cataloger reads a license text that it brings along.
type nothing struct{}

func (nothing) ID() artifact.ID { return "nothing" }
func (nothing) FileResolver(source.Scope) (file.Resolver, error) {
	return file.NewMockResolverForPaths(), nil
}
func (nothing) Close() error { return nil }
func (nothing) Describe() source.Description {
	return source.Description{ID: "nothing", Metadata: source.ImageMetadata{}}
}

type licensed struct{ text string }

func (licensed) Name() string { return "licensed" }

func (l licensed) Catalog(ctx context.Context, _ file.Resolver) ([]pkg.Package, []artifact.Relationship, error) {
	found := pkg.NewLicensesFromReadCloserWithContext(ctx, file.NewLocationReadCloser(file.NewLocation("LICENSE"), io.NopCloser(strings.NewReader(l.text))))
	p := pkg.Package{Name: "some", Version: "1.0.0", Type: pkg.NpmPkg, Licenses: pkg.NewLicenseSet(found...)}
	p.SetID()
	return []pkg.Package{p}, nil, nil
}

func TestLicenseTextsAreNotClassified(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	found := func(ctx context.Context, cfg *syft.CreateSBOMConfig) (licenses []string) {
		t.Helper()
		s, err := syft.CreateSBOM(ctx, nothing{}, cfg.WithCatalogers(pkgcataloging.NewCatalogerReference(licensed{string(text)}, []string{pkgcataloging.ImageTag})))
		if err != nil {
			t.Fatal(err)
		}
		for p := range s.Artifacts.Packages.Enumerate() {
			for _, l := range p.Licenses.ToSlice() {
				licenses = append(licenses, l.Value)
			}
		}
		return licenses
	}
	config := func() *syft.CreateSBOMConfig {
		return syft.DefaultCreateSBOMConfig().WithoutFiles().WithoutCatalogers()
	}
	if got := found(t.Context(), config()); len(got) != 1 || got[0] != "Apache-2.0" {
		t.Errorf("syft says of Layergate's license %q, want its name: this test sees nothing", got)
	}
	ctx, cfg, err := anchore.WithoutLicenses(t.Context(), config())
	if err != nil {
		t.Fatal(err)
	}
	if got := found(ctx, cfg); len(got) != 1 || !strings.Contains(got[0], "sha256:") {
		t.Errorf("the license is reported as %q, want its digest", got)
	}
}

// The day of an advisory and all of its aliases are in the record that grype's provider hands out with each vulnerability.
func TestRecord(t *testing.T) {
	t.Parallel()
	_, ours := readers(t)
	found, err := ours.Provider().FindVulnerabilities(search.ByPackageName("login"), search.ByEcosystem(pkg.JavaScript, pkg.NpmPkg))
	if err != nil || len(found) != 1 {
		t.Fatalf("FindVulnerabilities(login) = %d, %v, want one", len(found), err)
	}
	if got, want := anchore.Published(found[0]).UTC(), time.Date(2026, 2, 28, 23, 30, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("Published() = %s, want %s", got, want)
	}
	if diff := cmp.Diff([]string{"CVE-2026-1000", "MAL-2026-2"}, anchore.Aliases(found[0])); diff != "" {
		t.Errorf("Aliases() (-want +got):\n%s", diff)
	}
	if got := anchore.Aliases(vulnerability.Vulnerability{Reference: vulnerability.Reference{Internal: &v6.VulnerabilityHandle{}}}); got != nil {
		t.Errorf("Aliases() of a record without its text = %q", got)
	}
	if got := anchore.Published(vulnerability.Vulnerability{}); !got.IsZero() {
		t.Errorf("Published() of no record = %s", got)
	}
	if got := anchore.Published(vulnerability.Vulnerability{Reference: vulnerability.Reference{Internal: &v6.VulnerabilityHandle{}}}); !got.IsZero() {
		t.Errorf("Published() of a record without a date = %s", got)
	}
}
