package osv

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/anchore/grype/grype/version"
)

// affectedBySpecification tells whether a version is affected by a range's events, as the OSV schema says in "Evaluation": below a
// limit, where there is one, the events are gone through in the order of their versions, and the last that the version reaches decides.
func affectedBySpecification(v int, events []osvEvent) bool {
	number := func(text string) (n int) {
		if _, err := fmt.Sscanf(text, "%d", &n); err != nil {
			panic(err)
		}
		return n
	}
	limited, below := false, false
	type event struct {
		at  int // twice the version, and one more where what it says holds only for what is above it
		add bool
	}
	var sorted []event
	for _, e := range events {
		switch {
		case e.Limit != "":
			limited, below = true, below || v < number(e.Limit)
		case e.Introduced != "":
			sorted = append(sorted, event{2 * number(e.Introduced), true})
		case e.Fixed != "":
			sorted = append(sorted, event{2 * number(e.Fixed), false})
		default:
			sorted = append(sorted, event{2*number(e.LastAffected) + 1, false})
		}
	}
	if limited && !below {
		return false
	}
	slices.SortStableFunc(sorted, func(a, b event) int { return a.at - b.at })
	affected := false
	for _, e := range sorted {
		if 2*v >= e.at {
			affected = e.add
		}
	}
	return affected
}

// TestEvaluation holds the ranges that grype gets against the specification's own way to evaluate events, for random ones of all kinds
// in any order.
func TestEvaluation(t *testing.T) {
	t.Parallel()
	e, err := parseEcosystem("npm")
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	affected := 0
	for range 2000 {
		var events []osvEvent
		// Each version once: what two events of one version say depends on their order, which the specification leaves open.
		versions := random.Perm(12)
		events = append(events, osvEvent{Introduced: fmt.Sprint(versions[0])})
		for _, v := range versions[1 : 1+random.IntN(6)] {
			text := fmt.Sprint(v)
			events = append(events, []osvEvent{{Introduced: text}, {Fixed: text}, {LastAffected: text}, {Limit: text}}[random.IntN(4)])
		}
		ranges, err := e.affectedRanges(osvAffected{Ranges: []osvRange{{Type: "SEMVER", Events: events}}})
		if err != nil {
			t.Fatalf("%+v: %v", events, err)
		}
		for v := range 13 {
			want, got := affectedBySpecification(v, events), false
			for _, r := range ranges {
				c, err := version.GetConstraint(r.Version.Constraint, version.ParseFormat(r.Version.Type))
				if err != nil {
					t.Fatal(err)
				}
				in, err := c.Satisfied(e.installed(fmt.Sprintf("%d.0.0", v)))
				if err != nil {
					t.Fatal(err)
				}
				got = got || in
			}
			if got != want {
				t.Fatalf("version %d of %+v: affected = %t, want %t", v, events, got, want)
			}
			if want {
				affected++
			}
		}
	}
	if affected == 0 {
		t.Error("no version was affected")
	}
}
