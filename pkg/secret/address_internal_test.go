package secret

import (
	"slices"
	"strings"
	"testing"
)

// Where the expression is asked about the beginnings of addresses alone, it finds all that it finds in the whole text.
func FuzzPasswords(f *testing.F) {
	for _, text := range []string{
		"postgres://bob:s3cr3tpw@db:5432/shop", "a://b:hunter2x@c d://e:hunter3x@f/g", "://b:hunter2x@c", "see https://a.org/x and https://a.org/@b:c@d",
		"https://u:hunter2x@a.org\\nhttps://u:hunter3x@b.org", "x://https://u:hunter2x@h", "a://b:c://d:hunter2x@e", "x://u:p@q:hunter2x@h", "a:/://b:hunter2x@c",
		strings.Repeat("s", 40) + "://b:hunter2x@c", "1" + strings.Repeat("s", 30) + "://b:hunter2x@c", "a://b:hunter2x@c\n\u00e9://b:hunter3x@c", "a://'b://c:hunter2x@d",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := passwords(text)
		for _, m := range logins(text) {
			if !slices.Contains(got, m) {
				t.Errorf("passwords(%q) = %v, want %v among them", text, got, m)
			}
		}
	})
}
