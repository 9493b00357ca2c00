package policy

import "slices"

// Clearance is the proof that an image was judged clean. Only Judge makes one; its zero value clears nothing.
type Clearance struct {
	digests []string
}

// Allows tells whether the clearance names digest.
func (c *Clearance) Allows(digest string) bool {
	return c != nil && digest != "" && slices.Contains(c.digests, digest)
}
