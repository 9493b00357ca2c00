package inventory

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/anchore/packageurl-go"
	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/regex"
)

// scriptLibraryName is the name of the cataloger of libraries in files of JavaScript.
const scriptLibraryName = "script-library-cataloger"

// scripts are the files in which libraries of JavaScript lie, and what bundlers move the comments of such a file to.
var scripts = []string{"**/*.js", "**/*.mjs", "**/*.cjs", "**/*js.LICENSE.txt"}

// How many bytes a script has that is looked at: no library is smaller than the first, and what is behind the second is not read.
const (
	minScript = 4 << 10
	maxScript = 32 << 20
)

// scriptLibraries finds libraries of JavaScript that were copied into an application, alone or by a bundler into one file with others: there a comment of
// the library says what it is, or its code. What npm installed says it in a manifest.
type scriptLibraries struct{}

// Name is the name of the cataloger.
func (scriptLibraries) Name() string { return scriptLibraryName }

// Catalog finds the libraries. One that lies in several files of a directory, as in the parts of a bundle, is one package. An image has tens of thousands of scripts, most
// of which are passed over by their names and sizes.
func (scriptLibraries) Catalog(_ context.Context, files file.Resolver) ([]pkg.Package, []artifact.Relationship, error) {
	r, ok := files.(*resolver)
	if !ok {
		_, err := files.FilesByGlob(scripts...) // which notes what is selected
		return nil, nil, err
	}
	type copied struct {
		dir string
		scriptLibrary
	}
	found, content := map[copied][]file.Location{}, bytes.Buffer{}
	for _, glob := range scripts {
		matches, err := r.view.GlobAdded(glob)
		if err != nil {
			return nil, nil, err
		}
		for _, m := range matches {
			name := m.File.Path
			if m.File.Size < minScript && path.Ext(name) != ".txt" || ofManager.MatchString(name) || ofYarn.MatchString(name) {
				continue
			}
			if err := r.readScript(&content, m.File); err != nil {
				return nil, nil, err
			}
			for _, library := range librariesIn(content.Bytes()) {
				of := copied{path.Dir(name), library}
				found[of] = append(found[of], r.location(m.Name, m.File).WithAnnotation(pkg.EvidenceAnnotationKey, pkg.PrimaryEvidenceAnnotation))
			}
		}
	}
	var out []pkg.Package
	for of, at := range found {
		namespace, name, scoped := strings.Cut(of.name, "/")
		if !scoped {
			namespace, name = "", of.name
		}
		p := pkg.Package{
			Name: of.name, Version: of.version, Type: pkg.NpmPkg, Language: pkg.JavaScript, Locations: file.NewLocationSet(at...),
			PURL: packageurl.NewPackageURL(packageurl.TypeNPM, namespace, name, of.version, nil, "").ToString(),
		}
		p.SetID()
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b pkg.Package) int { return cmp.Compare(a.ID(), b.ID()) })
	return out, nil, nil
}

// readScript reads as much of a script as is looked at.
func (r *resolver) readScript(into *bytes.Buffer, f layerfs.File) error {
	if r.ended != nil && r.ended() != nil {
		return r.ended()
	}
	content, err := r.view.Open(f)
	if err != nil {
		return err
	}
	defer content.Close()
	into.Reset()
	into.Grow(int(min(f.Size, maxScript)) + bytes.MinRead) // so that no more is asked for
	if _, err = into.ReadFrom(io.LimitReader(content, maxScript)); err != nil {
		return fmt.Errorf("reading %s: %w", f.Path, err)
	}
	return nil
}

// ofManager matches what package managers installed, which is judged as the package that brings it: who has it can take another version of that alone.
var ofManager = regex.New(`/(?:node_modules|site-packages|dist-packages)/|/gems/[^/]+-\d[^/]*/`)

// ofYarn matches the one file of Yarn, which Node's images bring and projects keep beside their code: it has old libraries in it, and is judged as Yarn.
var ofYarn = regex.New(`/yarn[^/]*/(?:[\d.]+/)?lib/cli\.js$|/yarn(?:-\d[^/]*)?\.c?js$`)

// librariesIn lists the libraries in a script, each version once.
func librariesIn(script []byte) []scriptLibrary {
	var out []scriptLibrary
	add := func(name, version string) {
		if strings.Count(version, ".") == 1 && !strings.Contains(version, "-") {
			version += ".0" // as npm has it
		}
		if one := (scriptLibrary{name, version}); !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	for comment := range comments(script) {
		word, rest := firstWord(comment)
		banners := scriptBanners[word]
		if len(banners) == 0 {
			continue
		}
		text := plainComment(rest)
		for _, b := range banners {
			if m := b.text.FindStringSubmatch(text); m != nil {
				add(b.name, m[1])
				break
			}
		}
	}
	for _, c := range scriptCode {
		for from := 0; ; {
			at := bytes.Index(script[from:], []byte(c.mark))
			if at < 0 {
				break
			}
			at += from
			if m := c.text.FindStringSubmatch(string(script[max(0, at-codeAround):min(len(script), at+codeAround)])); m != nil {
				add(c.name, m[1])
			}
			from = at + len(c.mark)
		}
	}
	return out
}

// How many bytes of a comment are looked at, and of code before and behind its mark.
const (
	maxBanner  = 512
	codeAround = 1 << 10
)

// comments goes through what may be the comments of a script, without what begins them. Lines of comments that follow each other are one, and its later lines are
// comments again.
func comments(script []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for at := 0; ; at++ {
			next := bytes.IndexByte(script[at:], '/')
			if at += next; next < 0 || at+2 >= len(script) {
				return
			}
			comment := script[at+2 : min(at+2+maxBanner, len(script))]
			switch script[at+1] {
			case '*':
				comment, _, _ = bytes.Cut(comment, []byte("*/"))
			case '/':
				comment = commentLines(comment)
			default:
				continue
			}
			if !yield(comment) {
				return
			}
			at++
		}
	}
}

// commentLines cuts a text behind the lines that follow the first and are comments.
func commentLines(text []byte) []byte {
	for end := 0; ; {
		next := bytes.IndexByte(text[end:], '\n')
		if next < 0 {
			return text
		}
		end += next + 1
		if !bytes.HasPrefix(bytes.TrimLeft(text[end:], " \t"), []byte("//")) {
			return text[:end]
		}
	}
}

// commentMarks are what stands in a comment around the text.
const commentMarks = " \t\r\n*!/="

// firstWord is the first word of a comment in small letters, but for those that say what follows (@license), and the text behind it.
func firstWord(comment []byte) (string, []byte) {
	for {
		comment = bytes.TrimLeft(comment, commentMarks)
		end := bytes.IndexAny(comment, " \t\r\n")
		if end < 0 {
			end = len(comment)
		}
		if end > 0 && comment[0] == '@' {
			comment = comment[end:]
			continue
		}
		return string(bytes.ToLower(comment[:end])), comment[end:]
	}
}

// plainComment is a comment's text without marks around its lines, and without empty ones. What is left of the first line begins with a space.
func plainComment(text []byte) string {
	var lines []string
	for i, line := range strings.Split(string(text), "\n") {
		plain := strings.TrimSpace(strings.TrimLeft(line, commentMarks))
		switch {
		case i == 0 && plain != "":
			plain = " " + plain
		case i > 0 && plain == "":
			continue
		}
		lines = append(lines, plain)
	}
	return strings.Join(lines, "\n")
}
