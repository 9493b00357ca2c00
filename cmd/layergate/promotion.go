package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/report"
)

// promotion is an image that was pushed to everywhere it was to go.
type promotion struct {
	references []string
	digest     string
}

// logPromotion says where an image was pushed, and what was copied with it.
func (c *command) logPromotion(image *report.Image, pushed []string) {
	for _, ref := range pushed {
		fmt.Fprintf(c.platform.LogWriter(), "pushed %s@%s\n", ref, image.Digest)
	}
	for _, r := range image.Referrers {
		if r.Left == "" {
			fmt.Fprintf(c.platform.LogWriter(), "copied %s, %q, which refers to %s\n", r.Digest, cmp.Or(r.Tag, r.Type), r.Subject)
		}
	}
}

// afterPush is the message of a failure, which says first that the image was pushed, where it was: nobody is to take the failure for
// one of the push.
func (c *command) afterPush(message string) string {
	p := c.promoted.Load()
	if p == nil {
		return message
	}
	var pushed []string
	for _, ref := range p.references {
		pushed = append(pushed, ref+"@"+p.digest)
	}
	return "the image was pushed: " + strings.Join(pushed, ", ") + "; what failed came after that: " + message
}
