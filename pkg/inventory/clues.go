package inventory

import (
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/regex"
)

// Clues say what Maven may know an archive of Java by that does not declare it: many tools build archives without Maven's own files, and advisories
// name a group and an artifact. Syft takes the name of a bundle, or that of the file, for the group then.
type Clues struct {
	Artifacts []string // that it may be, by its file's name
	Parts     []string // that it may be, by its title or a part of its bundle's name, which may be those of something that it goes with, too
	Names     []Clue   // by which its group may be told
}

// None tells whether there are none: the package declares its group, or is none of Java.
func (c Clues) None() bool { return len(c.Artifacts)+len(c.Parts) == 0 }

// join adds those of another find of the same package.
func (c *Clues) join(other Clues) {
	add(&c.Artifacts, other.Artifacts...)
	add(&c.Parts, other.Parts...)
	for _, n := range other.Names {
		c.name(n.Name, n.From)
	}
}

// Clue is a name of packages of Java, of a bundle, a module or a vendor, such as org.yaml.snakeyaml.
type Clue struct {
	Name string
	From string // what of the archive says it: a field of its manifest, or "classes"
}

// FromClasses is where a clue is from which is the name of a package that an archive has classes in.
const FromClasses = "classes"

// symbolicName is the field of a manifest with the name of a bundle (OSGi Core, 3.2.1).
const symbolicName = "Bundle-SymbolicName"

// The fields of a manifest that may name what an archive belongs to, and those that may name its artifact.
var (
	groupFields    = []string{symbolicName, "Automatic-Module-Name", "Implementation-Vendor-Id", "Group-Id", "Extension-Name"}
	artifactFields = []string{"Implementation-Title", "Bundle-Name", "Extension-Name", "Specification-Title", "Short-Name"}
)

var (
	// dotted is a name as those of packages are.
	dotted = regex.New(`^[A-Za-z_][\w-]*(?:\.[\w-]+)+$`)
	// artifactName is a name that an artifact may have.
	artifactName = regex.New(`^[A-Za-z_][\w.-]*$`)
	// versionStart is where a version may begin in a file's name.
	versionStart = regex.New(`[-_]v?\d`)
	// wordBeforeNumber is a word behind which a number stands, and qualifier one that may stand in a version.
	wordBeforeNumber = regex.New(`[-_]([A-Za-z]+)[-_]v?\d`)
	qualifier        = regex.New(`(?i)^(?:alpha|beta|rc|cr|m|b|sp|build|snapshot)$`)
)

// maxClue is how many bytes a name may have.
const maxClue = 200

// cluesOf lists what an archive says of itself; nothing where it declares its group, or is none of Java.
func cluesOf(p *pkg.Package, in classes) Clues {
	m, ok := p.Metadata.(pkg.JavaArchive)
	if !ok || declaresGroup(m) {
		return Clues{}
	}
	var c Clues
	for _, l := range p.Locations.ToSlice() {
		add(&c.Artifacts, namesOf(l)...)
		for _, name := range in.at(l) {
			c.name(name, FromClasses)
		}
	}
	if m.Manifest != nil {
		for _, field := range artifactFields {
			add(&c.Parts, valueOf(m.Manifest, field))
		}
		for _, field := range groupFields {
			if value := valueOf(m.Manifest, field); dotted.MatchString(value) {
				c.name(value, field)
			}
		}
		add(&c.Parts, partsOf(valueOf(m.Manifest, symbolicName))...)
	}
	add(&c.Parts, p.Name)
	return c
}

// declaresGroup tells whether Maven's own files say the group.
func declaresGroup(m pkg.JavaArchive) bool {
	project := m.PomProject
	return m.PomProperties != nil && m.PomProperties.GroupID != "" ||
		project != nil && (project.GroupID != "" || project.Parent != nil && project.Parent.GroupID != "")
}

// valueOf is the value of a field of a manifest's main section, without the directives that OSGi has behind it (OSGi Core, 3.2.4).
func valueOf(m *pkg.JavaManifest, field string) string {
	value, _, _ := strings.Cut(m.Main.MustGet(field), ";")
	return strings.TrimSpace(value)
}

// namesOf lists what an archive at a location is called, without what may be its version.
func namesOf(l file.Location) []string {
	base := path.Base(l.Path()[strings.LastIndexByte(l.Path(), ':')+1:])
	if ext := path.Ext(base); isJavaArchive(base) || wordExtension.MatchString(ext) {
		base = strings.TrimSuffix(base, ext)
	}
	if len(base) > maxClue {
		return nil
	}
	out := []string{base}
	for _, at := range versionStart.FindAllStringIndex(base, -1) {
		if !isNamed(base[at[0]:]) {
			out = append(out, base[:at[0]])
		}
	}
	return out
}

// isNamed tells whether what stands behind a number in a file's name goes on with the name, as in log4j-1.2-api-2.17.1.
func isNamed(rest string) bool {
	return slices.ContainsFunc(wordBeforeNumber.FindAllStringSubmatch(rest, -1), func(m []string) bool { return !qualifier.MatchString(m[1]) })
}

// partsOf lists which artifacts a bundle may be: snakeyaml for org.yaml.snakeyaml, commons-text for org.apache.commons.text, and the whole name, as
// Eclipse has it.
func partsOf(bundle string) []string {
	names := strings.Split(bundle, ".")
	return []string{bundle, names[len(names)-1], strings.Join(names[max(0, len(names)-2):], "-")}
}

// add adds names that artifacts may have.
func add(to *[]string, names ...string) {
	for _, name := range names {
		if len(name) <= maxClue && artifactName.MatchString(name) && !slices.Contains(*to, name) {
			*to = append(*to, name)
		}
	}
}

func (c *Clues) name(name, from string) {
	if len(name) <= maxClue && !slices.ContainsFunc(c.Names, func(known Clue) bool { return known.Name == name }) {
		c.Names = append(c.Names, Clue{name, from})
	}
}
