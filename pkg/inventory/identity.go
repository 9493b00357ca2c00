package inventory

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/regex"
)

// This file finds out which package a manifest of Python's or Ruby's is about where syft's parsers would pass over it:
// they read less than pip and RubyGems do, and say nothing of a manifest without a name or a version.

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

// identifiers is what puts name and version before a manifest of a name, or nil where it is none.
func identifiers(name string) func(name string, raw []byte) ([]byte, error) {
	base, dir := path.Base(name), strings.ToLower(path.Dir(name))
	switch {
	case base == "METADATA" && strings.HasSuffix(dir, "dist-info"), base == "PKG-INFO" && strings.HasSuffix(dir, "egg-info"), strings.HasSuffix(base, ".egg-info"):
		return withPythonIdentity
	case strings.HasSuffix(base, ".gemspec") && strings.Contains(name, "/specifications/"):
		return withGemIdentity
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
	name, version := "", ""
	for line := range bytes.Lines(raw) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		if len(line) == 0 {
			break // the description follows
		}
		key, value, _ := strings.Cut(string(line), ":")
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "name":
			name = strings.TrimSpace(value)
		case "version":
			version = strings.TrimSpace(value)
		}
	}
	if name == "" || version == "" {
		placeName, placeVersion := pythonPlace(at)
		if name == "" {
			name = placeName
		}
		if version == "" {
			version = placeVersion
		}
	}
	if name == "" || version == "" {
		return nil, errNameless
	}
	// Of a field that is there twice syft takes the last, also where that is empty.
	return fmt.Appendf(nil, "Name: %s\nVersion: %s\n%s", name, version, emptyIdentity.ReplaceAllString(string(raw), "")), nil
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

// withGemIdentity takes what a specification does not say in plain words from its stub, or else from its file's name.
func withGemIdentity(at string, raw []byte) ([]byte, error) {
	text := gemVersion.ReplaceAllString(string(raw), "$1")
	name, version := last(gemName.FindAllStringSubmatch(text, -1)), last(gemRelease.FindAllStringSubmatch(text, -1))
	place := gemStub.FindStringSubmatch(text)
	if place == nil {
		place = gemFile.FindStringSubmatch(path.Base(at))
	}
	if place != nil && name == "" {
		name = place[1]
	}
	if place != nil && version == "" {
		version = place[2]
	}
	if name == "" || version == "" {
		return nil, errNameless
	}
	return fmt.Appendf(nil, "s.name = \"%s\"\ns.version = \"%s\"\n%s", name, version, text), nil
}

// last is the group of the last match, which counts where a field is set several times.
func last(matches [][]string) string {
	if len(matches) == 0 {
		return ""
	}
	return matches[len(matches)-1][1]
}
