package build

import (
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// uncheckedScript is the rule that a file which was downloaded is checked before it runs.
func uncheckedScript() rule {
	return rule{check.Rule{
		ID: "LG-DF-004", Name: "downloaded-file-runs-unchecked", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
		Title:  "a downloaded file runs, and nothing checks that it is the right one",
		Why:    "Whoever controls the server or the way to it runs commands in the build and decides what is in the image.",
		Remedy: "Check the file's digest or signature before it runs, such as with sha256sum -c, gpg --verify or cosign verify-blob.",
		References: []check.Reference{
			{Name: "CIS Docker 4.11"},
			{Name: "CWE-494", URL: "https://cwe.mitre.org/data/definitions/494.html"},
		},
	}, findUncheckedScript}
}

func findUncheckedScript(_ *Subject, steps []*step) []seen {
	var out []seen
	files := map[string][]string{} // that were downloaded and not checked, by stage
	for _, s := range steps {
		if add, ok := s.Command.(*instructions.AddCommand); ok && add.Checksum == "" {
			for _, source := range s.Sources {
				if isURL(source) {
					files[s.Stage] = append(files[s.Stage], target(source, add.DestPath))
				}
			}
		}
		for _, c := range s.script.commands {
			if c.checks() {
				files[s.Stage] = nil
			}
			run := c.runs()
			if run != "" && slices.ContainsFunc(files[s.Stage], func(f string) bool { return sameFile(f, run) }) {
				out = append(out, seen{step: s, excerpt: c.excerpt, saw: "a file that was downloaded runs unchecked"})
			}
			if c.downloads() {
				files[s.Stage] = append(files[s.Stage], c.saved()...)
			}
		}
	}
	return out
}

// target is where ADD puts a file.
func target(source, dest string) string {
	if strings.HasSuffix(dest, "/") || dest == "." {
		return path.Join(dest, path.Base(source))
	}
	return dest
}

// sameFile compares two names of files, of which either may be relative.
func sameFile(a, b string) bool {
	if path.IsAbs(a) && path.IsAbs(b) {
		return path.Clean(a) == path.Clean(b)
	}
	return path.Base(a) == path.Base(b)
}

// runs is the file that the command runs; empty where that is an installed program.
func (c command) runs() string {
	if c.is("source", ".") && len(c.args) > 0 {
		return c.args[0]
	}
	if c.interprets() {
		for _, arg := range c.args {
			if !strings.HasPrefix(arg, "-") {
				return arg
			}
		}
		return ""
	}
	if strings.ContainsRune(c.path, '/') {
		return c.path
	}
	return ""
}

// checks tells whether the command checks a digest or a signature.
func (c command) checks() bool {
	switch c.name {
	case "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "b2sum", "md5sum", "shasum", "cksum":
		return true // compared by the command itself, or by the test around it
	case "gpg", "gpg2":
		return c.has("--verify", "--verify-files", "--decrypt", "-d")
	case "gpgv", "minisign", "signify", "slsa-verifier":
		return true
	case "cosign":
		return len(c.args) > 0 && strings.HasPrefix(c.args[0], "verify")
	case "openssl":
		return len(c.args) > 0 && slices.Contains([]string{"dgst", "cms", "smime", "pkeyutl", "sha256", "sha512"}, c.args[0])
	case "gh":
		return c.has("attestation") && c.has("verify")
	}
	return false
}
