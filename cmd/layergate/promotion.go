package main

import "strings"

// promotion is an image that was pushed to everywhere it was to go.
type promotion struct {
	references []string
	digest     string
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
