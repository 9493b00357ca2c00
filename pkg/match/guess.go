package match

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	grypepkg "github.com/anchore/grype/grype/pkg"

	"github.com/layergate/layergate/pkg/inventory"
)

// guesses find the names by which the database may know archives of Java that do not declare theirs, group:artifact. The artifact has to be one
// that the archive may be, and the group one that goes with what the archive says of itself: no artifact alone tells whose it is. A nil pointer
// has none.
type guesses struct {
	inv   *inventory.Inventory
	names func() (map[string][]string, error) // that the database has, by the artifact in lower case
}

func newGuesses(ctx context.Context, inv *inventory.Inventory, target Target) *guesses {
	return &guesses{inv: inv, names: sync.OnceValues(func() (map[string][]string, error) {
		all, err := target.Coordinates(ctx)
		if err != nil {
			return nil, fmt.Errorf("asking for the packages of Maven: %w", err)
		}
		out := map[string][]string{}
		for _, name := range all {
			_, artifact, _ := strings.Cut(name, ":")
			artifact = strings.ToLower(artifact)
			out[artifact] = append(out[artifact], name)
		}
		return out, nil
	})}
}

// guess is a name by which the database may know a package, and the clue that its group goes with.
type guess struct {
	name string
	by   inventory.Clue
}

// because says on what it rests that a package which does not declare its group has the advisories of a name; empty for one that does, or is
// none of Java.
func (g *guesses) because(id grypepkg.ID, name string) (string, error) {
	all, err := g.of(id)
	if err != nil || g.clues(id).None() {
		return "", err
	}
	why := "is called so"
	if at := slices.IndexFunc(all, func(known guess) bool { return strings.EqualFold(known.name, name) }); at >= 0 {
		why = fmt.Sprintf("its %s is %s", all[at].by.From, all[at].by.Name)
		if all[at].by.From == inventory.FromClasses {
			why = "has classes in " + all[at].by.Name
		}
	}
	return fmt.Sprintf("It is taken for %s, since it does not declare its group, and %s", name, why), nil
}

// of lists those of a package.
func (g *guesses) of(id grypepkg.ID) ([]guess, error) {
	clues := g.clues(id)
	if len(clues.Names) == 0 {
		return nil, nil
	}
	names, err := g.names()
	if err != nil {
		return nil, err
	}
	var out []guess
	add := func(artifacts []string, goesWith func(group, artifact, name string) bool) {
		for _, artifact := range artifacts {
			for _, name := range names[strings.ToLower(artifact)] {
				group, artifact, _ := strings.Cut(name, ":")
				at := slices.IndexFunc(clues.Names, func(c inventory.Clue) bool { return goesWith(group, artifact, c.Name) })
				if at >= 0 && !slices.ContainsFunc(out, func(known guess) bool { return known.name == name }) {
					out = append(out, guess{name, clues.Names[at]})
				}
			}
		}
	}
	add(clues.Artifacts, goesWith)
	add(clues.Parts, func(group, _, name string) bool { return isBelow(name, group) })
	return out, nil
}

// clues are those of a package. Its identifier is its index in the inventory.
func (g *guesses) clues(id grypepkg.ID) inventory.Clues {
	i, err := strconv.Atoi(string(id))
	if g == nil || err != nil {
		return inventory.Clues{}
	}
	return g.inv.Packages[i].Details.Clues
}

// goesWith tells whether an archive that is called as an artifact of a group may be that one, where it has a name such as that of a package of its
// classes.
//
//   - The name begins with the group: org.yaml and org.yaml.snakeyaml.
//   - The group is one word, as Maven's first projects have it, and stands in the name: commons-io and org.apache.commons.io.
//   - The name begins with a word of the group's last part: com.squareup.okhttp3 and okhttp3.
//   - Both are of one organisation, and the artifact is called after another part of one of them: guava, com.google.guava and com.google.common.
//   - The artifact is called after a part of both: quartz, org.quartz-scheduler and org.quartz.
func goesWith(group, artifact, name string) bool {
	of, in := strings.Split(group, "."), strings.Split(name, ".")
	switch called, least, same := words(artifact), organisation(of), common(of, in); {
	case len(of) == 1:
		return begins(words(name), words(group))
	case same == len(of), shareWord(in[:1], of[len(of)-1:]):
		return true
	case same >= least:
		return shareWord(called, of[least:]) || shareWord(called, in[least:])
	default:
		return slices.ContainsFunc(called, func(w string) bool { return shareWord([]string{w}, of) && shareWord([]string{w}, in) })
	}
}

// isBelow tells whether a name begins with a group of several parts.
func isBelow(name, group string) bool {
	return strings.Contains(group, ".") && strings.HasPrefix(name+".", group+".")
}

// shareWord tells whether one of some words stands in parts of a name, and is one that says whose that is.
func shareWord(called, parts []string) bool {
	return slices.ContainsFunc(words(strings.Join(parts, ".")), func(w string) bool { return !general[w] && slices.Contains(called, w) })
}

// begins tells whether words stand in a name one behind the other, with at most two before them, as org.apache.
func begins(name, wanted []string) bool {
	for at := range min(3, len(name)) {
		if common(name[at:], wanted) == len(wanted) {
			return true
		}
	}
	return false
}

// common is how many of their first parts two names have in common.
func common(a, b []string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// organisation is how many of the first parts of a group say whose it is. Everybody may have one at some hosts.
func organisation(group []string) int {
	if len(group) > 2 && hosts[strings.Join(group[:2], ".")] {
		return 3
	}
	return 2
}

// words are those of a name, in lower case.
func words(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return c == '.' || c == '-' || c == '_' })
}

// hosts are the beginnings of groups below which many publish who have nothing to do with each other.
var hosts = set("com.github io.github com.gitlab io.gitlab com.googlecode net.sf net.sourceforge org.codehaus net.java")

// general are words that many projects have in their names, and which do not say whose an artifact is.
var general = set(`
com org net io edu gov dev app de fr eu me
admin agent all api application auth base bom boot bundle cache client cloud codec common commons config core data db demo
engine event events example extension extensions file framework full gateway graph http impl integration internal java javax json jdbc lib
log logging mail main management message messaging model module modules monitor net parent platform plugin plugins project provider proxy
query queue remote resource rest rpc runtime sample samples schema sdk search security server service services shared sql standalone starter
storage stream support sync system task template test testing text time tool tools ui user util utils utilities validation validator view web
xml yaml
`)

func set(list string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}
