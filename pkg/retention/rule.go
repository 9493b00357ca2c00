// Package retention decides which images of a repository may go and which stay, says why, and deletes what may go. It is careful: what is not
// known stays, and whatever differs from the plan stops the deletion.
//
// Who asks registries is given to it; it must not read images' layers.
package retention

import (
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
)

// Rule says what stays by its number, age and name.
type Rule struct {
	Keep    int           // how many of the youngest images with a tag stay in each repository; 0 for none
	Within  time.Duration // younger images stay; 0 for none
	Pulled  time.Duration // images that were pulled more lately stay, where the registry tells; 0 for none
	Protect []string      // patterns of tags whose images stay, as path.Match has them

	text string
}

// String is the rule as it was written.
func (r Rule) String() string { return r.text }

// lately is how long ago an image was pulled that stays, where a rule does not say it.
const lately = 30 * 24 * time.Hour

// ParseRule reads a rule such as keep=10,within=30d,pulled=90d,protect=v*. Only protect may stand there more than once. A rule that keeps nothing is a
// wrong request.
func ParseRule(text string) (Rule, error) {
	const form = "write keep=COUNT or within=DAYS, or both, pulled=DAYS for images that were pulled, and protect=PATTERN for tags that stay, such as keep=10,within=30d,protect=v*"
	r := Rule{text: text, Pulled: lately}
	said := map[string]bool{}
	for word := range strings.SplitSeq(text, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(word), "=")
		var err error
		if said[key] && key != "protect" {
			return r, fault.Request(fmt.Errorf("%q says %s twice", text, key), "leave one of them out; only protect may stand there more than once")
		}
		said[key] = true
		switch key {
		case "keep":
			if r.Keep, err = strconv.Atoi(value); err == nil && r.Keep < 1 {
				err = errors.New("it keeps nothing")
			}
		case "within":
			if r.Within, err = input.ParseDuration(value); err == nil && r.Within == 0 {
				err = errors.New("it keeps nothing")
			}
		case "pulled":
			r.Pulled, err = input.ParseDuration(value)
		case "protect":
			if _, err = path.Match(value, ""); value == "" {
				err = errors.New("there is no pattern")
			}
			r.Protect = append(r.Protect, value)
		default:
			err = errors.New("it is none of keep, within, pulled and protect")
		}
		if err != nil {
			return r, fault.Request(fmt.Errorf("%q says nothing of what stays: %w", word, err), form)
		}
	}
	if r.Keep == 0 && r.Within == 0 {
		return r, fault.Request(fmt.Errorf("%q says neither how many images stay nor for how long", text), form)
	}
	return r, nil
}

// protects returns the first pattern that a tag matches.
func (r Rule) protects(tag string) (pattern string, ok bool) {
	for _, p := range r.Protect {
		if match, err := path.Match(p, tag); match || err != nil { // ParseRule refuses patterns that are none
			return p, true
		}
	}
	return "", false
}
