package osv

import (
	"strings"
	"testing"

	"github.com/anchore/grype/grype/distro"
	grypepkg "github.com/anchore/grype/grype/pkg"
	syftpkg "github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

func inDistro(kind syftpkg.Type, d *distro.Distro, name, version, source string) grypepkg.Package {
	p := grypepkg.Package{Name: name, Version: version, Type: kind, Distro: d}
	if source != "" {
		p.Upstreams = []grypepkg.UpstreamPackage{{Name: source}}
	}
	return p
}

func java(name, version string) grypepkg.Package {
	group, artifact, _ := strings.Cut(name, ":")
	p := vulndbtest.Installed(syftpkg.JavaPkg, syftpkg.Java, artifact, version)
	p.PURL = "pkg:maven/" + group + "/" + artifact + "@" + version
	return p
}

func TestBuiltDatabaseMatches(t *testing.T) {
	t.Parallel()
	bullseye := distro.New(distro.Debian, "11", "bullseye")
	bookworm := distro.New(distro.Debian, "12", "bookworm")
	alpine := distro.New(distro.Alpine, "3.15.4", "")
	tests := []struct {
		name string
		pkg  grypepkg.Package
		want []string
	}{
		{"npm", vulndbtest.Installed(syftpkg.NpmPkg, syftpkg.JavaScript, "lodash", "4.17.20"), []string{
			"GHSA-29mw-wpgm-hmr9 medium [4.17.21]", "GHSA-35jh-r3h4-6jhm high [4.17.21]",
		}},
		{"npm, oldest", vulndbtest.Installed(syftpkg.NpmPkg, syftpkg.JavaScript, "lodash", "4.17.11"), []string{
			"GHSA-29mw-wpgm-hmr9 medium [4.17.21]", "GHSA-35jh-r3h4-6jhm high [4.17.21]",
			"GHSA-jf85-cpcp-j695 critical [4.17.12]", "GHSA-p6mc-m468-83gw high [4.17.19]",
		}},
		{"npm, fixed", vulndbtest.Installed(syftpkg.NpmPkg, syftpkg.JavaScript, "lodash", "4.17.21"), []string{}},
		{"npm, lower run", vulndbtest.Installed(syftpkg.NpmPkg, syftpkg.JavaScript, "minimist", "0.2.0"), []string{
			"GHSA-vh95-rmgr-6w4m medium [0.2.1]", "GHSA-xvch-5gv4-984h critical [0.2.4]",
		}},
		{"npm, upper run", vulndbtest.Installed(syftpkg.NpmPkg, syftpkg.JavaScript, "minimist", "1.2.5"), []string{"GHSA-xvch-5gv4-984h critical [1.2.6]"}},
		{"npm, between runs", vulndbtest.Installed(syftpkg.NpmPkg, syftpkg.JavaScript, "minimist", "0.2.4"), []string{}},
		{"Go", vulndbtest.Installed(syftpkg.GoModulePkg, syftpkg.Go, "golang.org/x/text", "v0.3.7"), []string{"GO-2022-1059 high [0.3.8]"}},
		{"Go, fixed", vulndbtest.Installed(syftpkg.GoModulePkg, syftpkg.Go, "golang.org/x/text", "v0.3.8"), []string{}},
		{"PyPI, other spelling", vulndbtest.Installed(syftpkg.PythonPkg, syftpkg.Python, "Jinja2", "2.10"), []string{"GHSA-462w-v97r-4m45 high [2.10.1]"}},
		{"PyPI, fixed", vulndbtest.Installed(syftpkg.PythonPkg, syftpkg.Python, "Jinja2", "2.10.1"), []string{}},
		{"RubyGems", vulndbtest.Installed(syftpkg.GemPkg, syftpkg.Ruby, "rack", "2.2.3"), []string{"GHSA-wq4h-7r42-5hrr critical [2.2.3.1]"}},
		{"RubyGems, fixed", vulndbtest.Installed(syftpkg.GemPkg, syftpkg.Ruby, "rack", "2.2.3.1"), []string{}},
		{"Maven", java("org.apache.logging.log4j:log4j-core", "2.14.1"), []string{"GHSA-jfh8-c2jp-5v3q critical [2.15.0]"}},
		{"Maven, first", java("org.apache.logging.log4j:log4j-core", "2.0-beta9"), []string{"GHSA-jfh8-c2jp-5v3q critical [2.3.1]"}},
		{"Maven, fixed", java("org.apache.logging.log4j:log4j-core", "2.15.0"), []string{}},
		{"crates.io", vulndbtest.Installed(syftpkg.RustPkg, syftpkg.Rust, "smallvec", "1.6.0"), []string{"GHSA-43w2-9j62-hq99 critical [1.6.1]"}},
		{"crates.io, fixed", vulndbtest.Installed(syftpkg.RustPkg, syftpkg.Rust, "smallvec", "1.6.1"), []string{}},
		{"Packagist", vulndbtest.Installed(syftpkg.PhpComposerPkg, syftpkg.PHP, "guzzlehttp/psr7", "2.1.0"), []string{"GHSA-q7rv-6hp3-vh96 high [2.1.1]"}},
		{"Packagist, fixed", vulndbtest.Installed(syftpkg.PhpComposerPkg, syftpkg.PHP, "guzzlehttp/psr7", "1.8.4"), []string{}},
		{"NuGet", vulndbtest.Installed(syftpkg.DotnetPkg, syftpkg.Dotnet, "Newtonsoft.Json", "12.0.3"), []string{"GHSA-5crp-9r3c-p9vr high [13.0.1]"}},
		{"NuGet, fixed", vulndbtest.Installed(syftpkg.DotnetPkg, syftpkg.Dotnet, "Newtonsoft.Json", "13.0.1"), []string{}},
		{"Debian, by source", inDistro(syftpkg.DebPkg, bullseye, "libssl1.1", "1.1.1k-1+deb11u1", "openssl"), []string{
			"CVE-2022-0778 high [1.1.1k-1+deb11u2]",
		}},
		{"Debian, fixed", inDistro(syftpkg.DebPkg, bullseye, "libssl1.1", "1.1.1k-1+deb11u2", "openssl"), []string{}},
		{"Debian, epoch", inDistro(syftpkg.DebPkg, bullseye, "zlib1g", "1:1.2.11.dfsg-2", "zlib"), []string{
			"CVE-2018-25032 high [1:1.2.11.dfsg-2+deb11u1]",
		}},
		{"Debian, each release its own fix", inDistro(syftpkg.DebPkg, bookworm, "libc6", "2.36-9+deb12u1", "glibc"), []string{
			"CVE-2023-4911 high [2.36-9+deb12u3]",
		}},
		{"Debian, other release", inDistro(syftpkg.DebPkg, bookworm, "zlib1g", "1:1.2.11.dfsg-2", "zlib"), []string{}},
		{"Alpine", inDistro(syftpkg.ApkPkg, alpine, "zlib", "1.2.11-r3", ""), []string{"CVE-2018-25032 high [1.2.12-r0]"}},
		{"Alpine, by origin", inDistro(syftpkg.ApkPkg, alpine, "ssl_client", "1.34.1-r4", "busybox"), []string{"CVE-2022-28391 high [1.34.1-r5]"}},
		{"Alpine, fixed", inDistro(syftpkg.ApkPkg, alpine, "zlib", "1.2.12-r0", ""), []string{}},
	}
	db := open(t, fixtureDir(t))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			vulndbtest.Diff(t, "matches of "+tt.pkg.Name+" "+tt.pkg.Version, vulndbtest.Matches(t, db.Provider(), tt.pkg), tt.want)
		})
	}
}
