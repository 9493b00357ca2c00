package report

import (
	"fmt"

	"github.com/layergate/layergate/pkg/finding"
)

// secretKind has the words of secrets, which are described as failed checks are.
func secretKind() kindWords {
	columns := []string{"Secret", "Found", "Wanted", "Severity", "Rule", "Where"}
	return kindWords{
		kind:    finding.KindSecret,
		columns: checkColumns("SECRET"),
		cells:   checkCells,
		note:    checkNote,
		help:    []string{"Secret", "Found", "Wanted"},
		item:    "secret",
		listings: []listing{{
			id: "secrets", title: "Secrets", markdown: columns, html: columns, action: firstRemedy,
			keep: isKind(finding.KindSecret),
		}},
		advice: remedySentence,
		remedy: func(blocking *Report) []string {
			n := blocking.count(finding.KindSecret)
			if n == 0 {
				return nil
			}
			return []string{fmt.Sprintf("Revoke %s and build without %s: whoever has the image can read %s.", plural(n, "secret"), verb(n, "it", "them"), verb(n, "it", "them"))}
		},
	}
}
