package build

import (
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/regex"
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

// download is a file that was downloaded and not checked.
type download struct{ name, first string } // first is the name that it got when it was downloaded

func findUncheckedScript(_ *Subject, steps []*step) []seen {
	var out []seen
	files := map[string][]download{} // by stage
	for _, s := range steps {
		known := files[s.Stage]
		if add, ok := s.Command.(*instructions.AddCommand); ok && !s.hasChecksum(steps) {
			for _, source := range s.Sources {
				if isURL(source) {
					known = append(known, download{target(source, add.DestPath), source})
				}
			}
		}
		for _, c := range s.script.commands {
			if s.script.checks(c) {
				known = s.script.leaves(c, known)
			}
			if slices.ContainsFunc(known, func(d download) bool { return c.runs(d.name) || s.script.feeds(d.name, c) }) {
				out = append(out, seen{step: s, excerpt: c.excerpt, saw: "a file that was downloaded runs unchecked"})
			}
			if c.downloads() {
				for _, name := range c.saved() {
					known = append(known, download{name, name})
				}
			}
			known = c.moves(known)
		}
		files[s.Stage] = known
	}
	return out
}

// moves gives downloads the names that the command gives them.
func (c command) moves(known []download) []download {
	if !c.is("mv", "cp", "install", "ln") {
		return known
	}
	names := c.operands("gmotS")
	dest, ok := c.option('t', "gmotS")
	if !ok {
		dest, ok = c.long("--target-directory")
	}
	directory := ok
	if !ok && len(names) > 1 {
		names, dest = names[:len(names)-1], names[len(names)-1]
		base := path.Base(dest)
		directory = strings.HasSuffix(dest, "/") || len(names) > 1 || base == "." || base == "bin" || base == "sbin"
	}
	if dest == "" {
		return known
	}
	var out []download
	for _, d := range known {
		i := slices.IndexFunc(names, func(name string) bool { return sameFile(d.name, name) })
		if i < 0 || !c.is("mv") {
			out = append(out, d)
		}
		if i >= 0 {
			to := dest
			if directory {
				to = path.Join(dest, path.Base(names[i]))
			}
			out = append(out, download{to, d.first})
		}
	}
	return out
}

// leaves are the downloads that a check does not check: where it names some of them, those are checked, and all where it takes the
// names from elsewhere, such as from a file of digests.
func (s script) leaves(c command, known []download) []download {
	text := slices.Clone(c.reads)
	if !c.isSum() || !c.comparesItself() {
		text = append(text, c.args...)
	}
	for _, p := range s.pipelines {
		if c.in(p.excerpt) {
			text = append(text, p.said())
		}
	}
	checked := map[string]bool{}
	for word := range strings.FieldsSeq(strings.Join(text, "\n")) {
		word = strings.TrimPrefix(word, "*") // of a file that is read as binary
		for _, d := range known {
			if sameFile(d.name, word) || sameFile(d.name, strings.TrimSuffix(word, signatureOf.FindString(word))) {
				checked[d.first] = true
			}
		}
	}
	if len(checked) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(known), func(d download) bool { return checked[d.first] })
}

// signatureOf is the end of the name of a signature, which the name of its file comes before.
var signatureOf = regex.New(`\.(?:asc|sig|sign|minisig|gpg|pem)$`)

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

// runs tells whether the command runs a file: by a path to it, or by its name from where programs are looked for.
func (c command) runs(file string) bool {
	switch {
	case c.is("source", "."):
		return len(c.args) > 0 && sameFile(file, c.args[0])
	case c.interprets():
		script := slices.IndexFunc(c.args, func(arg string) bool { return !strings.HasPrefix(arg, "-") })
		return script >= 0 && sameFile(file, c.args[script]) || c.isProgram(file)
	}
	return c.isProgram(file)
}

// feeds tells whether an interpreter reads a file for its script: from its standard input, or by way of cat.
func (s script) feeds(file string, to command) bool {
	if !to.interprets() || to.hasScript() {
		return false
	}
	inputs := to.inputs
	for _, p := range s.pipelines {
		if to.in(p.excerpt) {
			for _, c := range slices.Concat(p.parts...) {
				if c.is("cat") {
					inputs = append(inputs, c.operands("")...)
				}
			}
		}
	}
	return slices.ContainsFunc(inputs, func(name string) bool { return sameFile(file, name) })
}

// isProgram tells whether a file is the program that is called.
func (c command) isProgram(file string) bool {
	if strings.ContainsRune(c.path, '/') {
		return sameFile(file, c.path)
	}
	in := path.Base(path.Dir(file))
	return path.IsAbs(file) && path.Base(file) == c.path && (in == "bin" || in == "sbin")
}

// isSum tells whether the command tells digests of files.
func (c command) isSum() bool {
	return c.is("sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "b2sum", "md5sum", "shasum", "cksum")
}

// comparesItself tells whether the command that tells digests compares them with those that it is given.
func (c command) comparesItself() bool { return c.short('c', "al") || c.has("--check") }

// checks tells whether a command of the script checks a digest or a signature, or tells a digest that something else compares: one
// that only the log gets checks nothing.
func (s script) checks(c command) bool {
	goesOn := len(c.writes) > 0 || slices.ContainsFunc(s.substitutions, c.in) ||
		slices.ContainsFunc(s.pipelines, func(p pipeline) bool { return c.from >= p.from && c.to < p.to })
	if c.isSum() {
		return goesOn || c.comparesItself()
	}
	switch c.name {
	case "gpg", "gpg2":
		return c.has("--verify", "--verify-files", "--decrypt", "-d")
	case "gpgv", "minisign", "signify", "slsa-verifier":
		return true
	case "cosign":
		return len(c.args) > 0 && strings.HasPrefix(c.args[0], "verify")
	case "openssl":
		if len(c.args) > 0 && slices.Contains([]string{"dgst", "sha1", "sha256", "sha384", "sha512", "md5"}, c.args[0]) {
			return goesOn || c.has("-verify", "-signature", "-prverify")
		}
		return len(c.args) > 0 && slices.Contains([]string{"cms", "smime", "pkeyutl"}, c.args[0])
	case "gh":
		return c.has("attestation") && c.has("verify")
	}
	return false
}
