package report

import "slices"

// The titles of the columns for a layer's sizes, where it is stored in fewer bytes than it unpacks to.
const (
	storedTitle   = "Stored"
	unpackedTitle = "Unpacked"
)

// sizeTitles are the titles of the columns for the sizes of layers: a single one where each layer is stored as it unpacks, as
// "docker save" stores it.
func (p *Platform) sizeTitles() []string {
	if slices.ContainsFunc(p.Layers, func(l Layer) bool { return l.Size != l.Unpacked }) {
		return []string{storedTitle, unpackedTitle}
	}
	return []string{"Size"}
}

// sizes are a layer's cells below sizeTitles.
func (p *Platform) sizes(l Layer) []string {
	cells := []string{sizeOrDash(l.Size), sizeOrDash(l.Unpacked)}
	return cells[:len(p.sizeTitles())]
}

// sizeOrDash is a size, or a dash where it is not known.
func sizeOrDash(n int64) string {
	if n <= 0 {
		return "-"
	}
	return size(n)
}
