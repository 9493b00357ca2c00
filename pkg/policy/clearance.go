package policy

import (
	"slices"
	"time"
)

// Clearance is the proof that a subject was judged clean, and says by what. Only Judge makes one; its zero value clears
// nothing.
type Clearance struct {
	digests  []string
	policy   string
	database string
	time     time.Time
}

// Allows tells whether the clearance names digest.
func (c *Clearance) Allows(digest string) bool {
	return c != nil && digest != "" && slices.Contains(c.digests, digest)
}

// Digests lists the manifests and indexes that were judged. The slice is the caller's.
func (c *Clearance) Digests() []string { return slices.Clone(c.digests) }

// Policy is the digest of the policy that they were judged by; see Policy.Digest.
func (c *Clearance) Policy() string { return c.policy }

// Database is Input.Database: which advisories were asked, or empty where none were.
func (c *Clearance) Database() string { return c.database }

// Time is when they were judged.
func (c *Clearance) Time() time.Time { return c.time }
