package inventory

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/regex"
)

// This file finds out which package a manifest is about where syft's parsers would pass over it: they read less than pip and RubyGems do, say
// nothing of a manifest without a name or a version, and refuse one of Node's or Composer's for fields that nothing reads.

// identified reads a manifest of an installed package with its name and version before all else, where syft's parsers
// look for them. A manifest that does not say them, nor the place it lies at, is an error. ok is false for all other files.
func (r *resolver) identified(f layerfs.File, access string) (_ io.ReadCloser, ok bool, err error) {
	if f.Executable() {
		return nil, false, nil
	}
	for _, name := range []string{f.Path, access} {
		identify := identifiers(name)
		if identify == nil {
			continue
		}
		if f.Size > maxManifest {
			return nil, false, fmt.Errorf("%s has %d bytes, more than a manifest is read with (%d)", f.Path, f.Size, maxManifest)
		}
		raw, err := readAll(r.view, f)
		if err != nil {
			return nil, false, err
		}
		if raw, err = identify(name, unixLines(raw)); err != nil {
			return nil, false, fmt.Errorf("%s: %w", f.Path, err)
		}
		return struct {
			*bytes.Reader
			io.Closer
		}{bytes.NewReader(raw), io.NopCloser(nil)}, true, nil
	}
	return nil, false, nil
}

// identifiers is what puts name and version before a manifest of a name, or does the like for what names a system; nil where it is neither.
func identifiers(name string) func(name string, raw []byte) ([]byte, error) {
	base, dir := path.Base(name), strings.ToLower(path.Dir(name))
	switch {
	case base == "METADATA" && strings.HasSuffix(dir, "dist-info"), base == "PKG-INFO" && strings.HasSuffix(dir, "egg-info"), strings.HasSuffix(base, ".egg-info"):
		return withPythonIdentity
	case strings.HasSuffix(base, ".gemspec") && strings.Contains(name, "/specifications/"):
		return withGemIdentity
	case isOSRelease(name):
		return withPlainValues
	case base == "package.json":
		return withNodeIdentity
	case base == "installed.json":
		return withComposerIdentity
	case strings.HasSuffix(base, ".app") && path.Base(dir) == "ebin":
		return withErlangIdentity
	}
	return nil
}

// unixLines ends lines as on Unix. Python takes a carriage return alone for the end of a line, too.
func unixLines(raw []byte) []byte {
	if !bytes.ContainsRune(raw, '\r') {
		return raw
	}
	return bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
}

var errNameless = errors.New("it belongs to an installed package, and does not say its name or its version")

// withPythonIdentity takes what the metadata does not say from the directory's name (Core metadata specifications;
// Recording installed projects, "The .dist-info directory").
func withPythonIdentity(at string, raw []byte) ([]byte, error) {
	raw = bytes.TrimLeft(raw, "\n")
	var name, version identity
	for line := range bytes.Lines(raw) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		if len(line) == 0 {
			break // the description follows
		}
		key, value, _ := strings.Cut(string(line), ":")
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "name":
			name.say(strings.TrimSpace(value))
		case "version":
			version.say(strings.TrimSpace(value))
		}
	}
	placeName, placeVersion := pythonPlace(at)
	if err := settle(&name, &version, placeName, placeVersion); err != nil {
		return nil, err
	}
	// Of a field that is there twice syft takes the last, also where that is empty.
	return fmt.Appendf(nil, "Name: %s\nVersion: %s\n%s", name.value, version.value, emptyIdentity.ReplaceAllString(string(raw), "")), nil
}

var emptyIdentity = regex.New(`(?im)^(?:name|version)[ \t]*:[ \t]*(?:\n|\z)`)

// infoDirectory is the name of a directory of metadata, or of an egg: the name of the package, its version, and for an
// egg that of Python.
var infoDirectory = regex.New(`(?i)^([\w.-]+?)-(\d[\w.+!]*)(?:-py\d.*)?\.(?:dist-info|egg-info|egg)$`)

// pythonPlace is the package that the directory of a file of metadata is called after; empty where it is not.
func pythonPlace(at string) (name, version string) {
	elements := strings.Split(at, "/")
	slices.Reverse(elements)
	for _, e := range elements[:min(len(elements), 3)] {
		if m := infoDirectory.FindStringSubmatch(e); m != nil {
			return m[1], m[2]
		}
	}
	return "", ""
}

var (
	gemVersion = regex.New(`Gem::Version\.(?:new|create)[ (]\s*(["'][^"'\n]*["'])(?:\.freeze)?\s*\)?`)
	gemName    = regex.New(`\.name\s*=\s*["']([^"'\n]+)["']`)
	gemRelease = regex.New(`\.version\s*=\s*["']([^"'\n]+)["']`)
	// gemStub is the comment by which RubyGems knows a gem before it runs its specification.
	gemStub = regex.New(`(?m)\A(?:.*\n)?# stub: ([\w.-]+) (\w[\w.]*) `)
	// gemFile is what RubyGems calls a specification: the gem's name, its version, and a platform.
	gemFile = regex.New(`^([\w.-]+?)-(\d+(?:\.\w+)*)(?:-.+)?\.gemspec$`)
)

// withGemIdentity takes what a specification does not say in plain words from its file's name. RubyGems goes by the stub,
// and runs the rest later.
func withGemIdentity(at string, raw []byte) ([]byte, error) {
	text := gemVersion.ReplaceAllString(string(raw), "$1")
	var name, version identity
	if stub := gemStub.FindStringSubmatch(text); stub != nil {
		name.say(stub[1])
		version.say(stub[2])
	}
	for _, m := range gemName.FindAllStringSubmatch(text, -1) {
		name.say(m[1])
	}
	for _, m := range gemRelease.FindAllStringSubmatch(text, -1) {
		version.say(m[1])
	}
	placeName, placeVersion := "", ""
	if m := gemFile.FindStringSubmatch(path.Base(at)); m != nil {
		placeName, placeVersion = m[1], m[2]
	}
	if err := settle(&name, &version, placeName, placeVersion); err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "s.name = \"%s\"\ns.version = \"%s\"\n%s", name.value, version.value, text), nil
}

// identity is a name or a version, as a manifest says it, maybe several times.
type identity struct {
	value string
	other string // another value, or empty
}

func (i *identity) say(value string) {
	switch {
	case i.value == "":
		i.value = value
	case value != "" && value != i.value:
		i.other = value
	}
}

// settle takes what a manifest does not say of a package from the place it lies at. It refuses one that says two things:
// which of them counts depends on the reader.
func settle(name, version *identity, placeName, placeVersion string) error {
	name.value, version.value = cmp.Or(name.value, placeName), cmp.Or(version.value, placeVersion)
	switch {
	case name.value == "" || version.value == "":
		return errNameless
	case name.other != "":
		return fmt.Errorf("it says its name twice, as %.100q and %.100q", name.value, name.other)
	case version.other != "":
		return fmt.Errorf("it says its version twice, as %.100q and %.100q", version.value, version.other)
	}
	return nil
}
