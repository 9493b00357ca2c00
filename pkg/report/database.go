package report

import "fmt"

// Unanswered is a source of the advisory database that gave none.
type Unanswered struct {
	Source string `json:"source"` // without a password
	Reason string `json:"reason"`
}

// Own says which advisories of the user's own count beside the database; its zero value means none.
type Own struct {
	Advisories int    `json:"advisories"` // without those that were withdrawn
	Digest     string `json:"digest"`     // of what they say, sha256:…
}

// Identity names all advisories that were asked: the checksum of the database, and with own advisories their digest.
func (d Database) Identity() string {
	if d.Own == (Own{}) {
		return d.Checksum
	}
	return d.Checksum + "+" + d.Own.Digest
}

// asked tells whether an advisory database was asked.
func (d Database) asked() bool { return d.Built != "" || d.Schema != "" || d.Checksum != "" }

// Warnings say which sources of the database were asked in vain.
func (d Database) Warnings() []string {
	if len(d.Unanswered) == 0 {
		return nil
	}
	text := fmt.Sprintf("the advisory database comes from %s, since an earlier source gave none", d.From)
	if d.Outdated {
		text = fmt.Sprintf("no source gave an advisory database, and the one that an earlier run kept, built %s, is used", d.Built)
	}
	for _, u := range d.Unanswered {
		text += fmt.Sprintf("; %s: %s", u.Source, u.Reason)
	}
	return []string{text}
}

// outdated says that the database is not the newest that could be; empty where nothing is known of that.
func (d Database) outdated() string {
	if !d.Outdated {
		return ""
	}
	return "judged by the advisory database of an earlier run, built " + d.Built + ": no source answered"
}

// databaseLine names the database by what tells it from another one, and its age limit.
func (r *Report) databaseLine() string {
	d := r.Database
	s := "built " + d.Built
	if d.Built == "" {
		s = "unknown build time"
	}
	if d.Schema != "" {
		s += ", schema " + d.Schema
	}
	if d.Checksum != "" {
		s += ", " + shortDigest(d.Checksum)
	}
	if len(d.Unanswered) > 0 && !d.Outdated {
		s += ", from " + d.From
	}
	if d.Complete {
		s += ", complete by its builder's word"
	}
	if d.PinnedBy != "" {
		s += ", pinned by " + d.PinnedBy
	}
	if d.Own.Advisories > 0 {
		s += fmt.Sprintf(", %s (%s)", plural(d.Own.Advisories, "own advisory"), shortDigest(d.Own.Digest))
	}
	if d.MaxAge == "" {
		return s + ", age limit off"
	}
	return s + ", age limit " + age(d.MaxAge)
}
