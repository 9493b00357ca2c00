package audit

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
)

// CSV writes a line for each image (RFC 4180), after one with the names of the columns. No cell begins as a formula of a spreadsheet.
func CSV(w io.Writer, r *Result) error {
	out := csv.NewWriter(w)
	head := []string{"image", "digest", "names", "outcome", "critical", "high", "medium", "low", "blocking", "new", "remedy", "rebuild removes", "base", "base state", "created", "stale", "end of life", "deployed", "matches", "problem", "pushed", "updated", "bytes", "locked", "verdict", "verdict of", "pulled"}
	if err := out.Write(head); err != nil {
		return err
	}
	for _, e := range r.Images {
		var base Base
		if e.Base != nil {
			base = *e.Base
		}
		row := []string{
			e.Label(), e.Digest, strings.Join(e.Names, " "), string(e.Outcome),
			strconv.Itoa(e.Counts.Of(finding.SeverityCritical)), strconv.Itoa(e.Counts.Of(finding.SeverityHigh)),
			strconv.Itoa(e.Counts.Of(finding.SeverityMedium)), strconv.Itoa(e.Counts.Of(finding.SeverityLow)),
			strconv.Itoa(len(e.Blocking)), strconv.Itoa(e.New), string(e.Remedy), strconv.Itoa(e.Rebuild), base.Name, string(base.State), e.Created, strconv.FormatBool(e.Stale),
			strings.Join(e.EndOfLife, " "), deployedCell(e, r), strings.Join(e.Matches, " "), e.Problem,
		}
		row = append(append(append(row, keptCells(e)...), verdictCells(e)...), pulledCell(e))
		for i := range row {
			row[i] = cell(row[i])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// keptCells are what the registry tells; they are empty where it does not.
func keptCells(e Entry) []string {
	if e.Kept == nil {
		return []string{"", "", "", ""}
	}
	return []string{e.Kept.Pushed, e.Kept.Updated, strconv.FormatInt(e.Kept.Bytes, 10), strconv.FormatBool(e.Kept.Locked)}
}

// pulledCell is empty where the registry does not tell.
func pulledCell(e Entry) string {
	if e.Kept == nil {
		return ""
	}
	return e.Kept.Pulled
}

// verdictCells are empty where no verdict was looked for.
func verdictCells(e Entry) []string {
	if e.Verdict == nil {
		return []string{"", ""}
	}
	return []string{string(e.Verdict.State), e.Verdict.At}
}

// deployedCell says where an image runs; it is empty where that is not known.
func deployedCell(e Entry, r *Result) string {
	if r.KnowsDeployed && len(e.Deployed) == 0 {
		return "no"
	}
	return strings.Join(e.Deployed, " ")
}

// cell makes text safe for a spreadsheet, which takes what begins with one of these for a formula.
func cell(text string) string {
	text = safetext.Line(text)
	if strings.HasPrefix(text, "=") || strings.HasPrefix(text, "+") || strings.HasPrefix(text, "-") || strings.HasPrefix(text, "@") {
		return "'" + text
	}
	return text
}
