package workload

// Place is a place in a manifest: where a value is said, or else where one that is missing can be added.
type Place struct {
	File   string // relative to the repository's root, with forward slashes, or - for the standard input
	Line   int    // from 1; of a missing field the line below which it can be added
	Column int    // from 1, in characters; of a missing field that goes into braces where it can be added
	// Path is the field's path in its document, such as spec.template.spec.containers[0].image, whether it is there or not.
	Path string
	// Text is the line in which a text begins that is written as a block, one line of the file for each of its own; 0 of all else.
	Text int

	// Missing are the keys that the manifest lacks to say the field, the outermost first: securityContext, and within it
	// privileged. It is empty where the manifest says the field. What follows counts only where it is not empty.
	Missing []string
	// Style is how the object is written that the first of the missing keys belongs to.
	Style Style
	// Indent is how many spaces stand before the first of the missing keys, Step how many more before each within it.
	Indent, Step int
	// Alone says that the object in braces has no other fields.
	Alone bool
}

// TextLine is the place of a line, from 1, of the text that is said at the place: the place itself where the lines of the file are not
// the text's own.
func (p Place) TextLine(n int) Place {
	if p.Text > 0 && n > 0 {
		p.Line, p.Column = p.Text+n-1, 1
	}
	return p
}

// Style is a way to write an object in YAML or JSON.
type Style string

// The ways to write an object.
const (
	Block  Style = "block"  // each field on a line of its own, without braces
	Braces Style = "braces" // in braces that stand on lines of their own, as most JSON is
	Inline Style = "inline" // in braces, with its fields on the line of the opening one
	// Opaque is what no line can be added to, such as a null that somebody wrote.
	Opaque Style = "opaque"
)
