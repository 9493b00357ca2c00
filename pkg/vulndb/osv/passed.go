package osv

import (
	"errors"
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
)

// passed is an affected package that nothing can match.
type passed struct {
	what string // the package, such as "some of openSUSE:Tumbleweed"
	why  unmatchable
}

// unmatchable is why nothing can match a package.
type unmatchable struct{ reason, remedy string }

var (
	onlyCommits = unmatchable{"only commits say what is affected", "name the affected versions, by ranges of the type SEMVER or ECOSYSTEM or one by one"}
	noStream    = unmatchable{"the versions are those of a module, and nothing names its stream", "name the stream in ecosystem_specific.rpm_modularity, such as nodejs:18"}
)

// noRelease is for a product that is no release of its distribution.
func noRelease(ecosystem string) unmatchable {
	base, _, _ := strings.Cut(ecosystem, ":")
	return unmatchable{
		"the packages of that product are none of a release that grype knows, or are built apart from its own",
		"write an advisory for a release under " + distributions()[base].example,
	}
}

// nothingMatches says of advisories that nothing can match why that is and what to do, once for each reason.
func (a *Advisories) nothingMatches() error {
	count, first := map[unmatchable]int{}, map[unmatchable]string{}
	var order []unmatchable
	for _, c := range a.list {
		for _, p := range c.passed {
			if count[p.why]++; count[p.why] == 1 {
				order, first[p.why] = append(order, p.why), c.id+" ("+p.what+")"
			}
		}
	}
	var because []string
	var remedies []string
	for _, why := range order {
		text := first[why] + ": " + why.reason
		if more := count[why] - 1; more > 0 {
			text += fmt.Sprintf(" (as of %d more)", more)
		}
		because, remedies = append(because, text), append(remedies, why.remedy)
	}
	subject := "the advisory"
	if a.Len() > 1 {
		subject = fmt.Sprintf("any of the %d advisories", a.Len())
	}
	return fault.Request(errors.New("nothing can match "+subject+" "+strings.Join(because, "; ")), strings.Join(remedies, "; "))
}
