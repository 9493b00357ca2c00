package secret

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/regex"
)

// Content lists the secrets of a file that is written into something else, such as a manifest, by its path or the last part of that, of which it may have
// several: those that Text finds, and those that File finds in a file that is called so.
func Content(text string, names ...string) []Secret {
	var known []match
	for _, name := range names {
		known = append(known, ofKinds(name, text)...)
	}
	var out []Secret
	for _, m := range apart(slices.Concat(known, inText(text))) {
		out = append(out, m.ofFile([]byte(text)))
	}
	return out
}

// ofKinds lists what a file has that its path says, with a dot before its name or without one, as keys of objects often leave it out.
func ofKinds(name, text string) []match {
	name = "/" + strings.TrimLeft(strings.ToLower(name), "/")
	if len(text) > maxKnown {
		text = text[:maxKnown]
	}
	known := indexed().of(name)
	if len(known) == 0 {
		last := strings.LastIndexByte(name, '/') + 1
		known = indexed().of(name[:last] + "." + name[last:])
	}
	var out []match
	for _, k := range known {
		if k.class != History { // which is what Text reads
			out = append(out, k.matches(text)...)
		}
	}
	return out
}

// writes matches where a command writes a file: where its output goes, or that of another one.
var writes = regex.New(`(?:>|\btee(?:[ \t]+-a)?)[ \t]*["']?([^\s"'|;&<>()]+)`)

// inWrites lists the secrets that commands write into files that are known by their path. What Text finds in any text is not said again.
func inWrites(text string) []match {
	var out []match
	done := map[string]bool{}
	for _, at := range writes.FindAllStringSubmatch(text, -1) {
		if done[at[1]] {
			continue
		}
		done[at[1]] = true // a script may write a file many times
		for _, m := range ofKinds(at[1], text) {
			m.value = strings.TrimRight(m.value, `"'`)
			m.end = m.start + len(m.value)
			if !fake(m.value) {
				out = append(out, m)
			}
		}
	}
	return out
}
