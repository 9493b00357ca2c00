package report

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/layergate/layergate/pkg/regex"
)

const (
	// sarifSchema is the address by which GitHub code scanning knows SARIF 2.1.0.
	sarifSchema = "https://json.schemastore.org/sarif-2.1.0.json"
	// sarifInformation is where a reader of an alert learns what Layergate is.
	sarifInformation = "https://github.com/layergate/layergate"
	// sarifResults is how many results GitHub code scanning and Azure keep of a run. GitHub rejects a file of more than
	// 25,000 results or rules; every rule written has a result, so that this bounds both.
	sarifResults = 5000
	// sarifGzip is just below GitHub's 10 MB for the compressed upload, whose compressor may do a little worse than
	// ours.
	sarifGzip = 9_500_000
)

// SARIF writes layergate.sarif: SARIF 2.1.0 with one run, as GitHub code scanning and Azure Pipelines read it. Of more
// alerts than they keep it writes one of each advisory and rule, then those that block, then the most severe, and says how many it left
// out.
func SARIF(w io.Writer, r *Report) error {
	return writeSARIF(w, r, sarifResults, sarifGzip)
}

// writeSARIF writes at most results results in at most compressed bytes after gzip.
func writeSARIF(w io.Writer, r *Report, results, compressed int) error {
	alerts := r.alerts()
	keep := min(len(alerts), results)
	if keep < len(alerts) {
		alerts = oneOfEachFirst(alerts)
	}
	for i := range alerts[:keep] {
		alerts[i].findWords()
	}
	for {
		data, err := encodeSARIF(sarifLog(r, alerts[:keep], len(alerts)))
		if err != nil {
			return fmt.Errorf("encoding SARIF: %w", err)
		}
		size, err := gzipSize(data)
		if err != nil {
			return fmt.Errorf("measuring SARIF: %w", err)
		}
		if size <= compressed || keep == 0 {
			_, err = w.Write(data)
			return err
		}
		if keep == len(alerts) {
			alerts = oneOfEachFirst(alerts)
		}
		keep = min(keep-1, keep*(compressed/1000)/(size/1000+1)*9/10)
	}
}

// oneOfEachFirst puts the first alert of each rule before all others, in the order that they have: many copies of one package are not to
// hide what else there is.
func oneOfEachFirst(alerts []alert) []alert {
	var first, others []alert
	seen := map[string]bool{}
	for _, a := range alerts {
		if id := ruleID(a.first); !seen[id] {
			seen[id] = true
			first = append(first, a)
			continue
		}
		others = append(others, a)
	}
	return append(first, others...)
}

func encodeSARIF(log *sarif.Report) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(log)
	return b.Bytes(), err
}

func gzipSize(data []byte) (int, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		return 0, err
	}
	err := z.Close()
	return b.Len(), err
}

// sarifLog makes the log of the given alerts out of all.
func sarifLog(r *Report, alerts []alert, all int) *sarif.Report {
	rules, index := sarifRules(r, alerts)
	driver := sarif.NewDriver("layergate").WithInformationURI(sarifInformation)
	driver.Rules = rules
	if v := printable(r.Tool.Version); v != "" {
		driver.WithVersion(v)
		if v = strings.TrimPrefix(v, "v"); semver.MatchString(v) {
			driver.WithSemanticVersion(v)
		}
	}
	run := sarif.NewRun(sarif.Tool{Driver: driver})
	for _, a := range alerts {
		run.Results = append(run.Results, sarifResult(r, a, index[ruleID(a.first)]))
	}
	run.WithAutomationDetails(sarif.NewRunAutomationDetails().
		WithID(r.category()).
		WithDescriptionText(r.words().described + orImage(printable(r.title()))))
	run.WithInvocations([]*sarif.Invocation{sarifInvocation(r, len(alerts), all)})
	run.WithColumnKind("unicodeCodePoints") // as finding.Location counts
	run.Properties = withoutEmpty(sarif.Properties{
		"image":    withoutEmpty(sarif.Properties{"name": printable(r.image().Name), "digest": printable(r.image().Digest)}),
		"database": withoutEmpty(sarif.Properties{"built": r.Database.Built, "checksum": r.Database.Checksum, "schema": r.Database.Schema, "digest": r.Database.Digest, "pinnedBy": printable(r.Database.PinnedBy), "ownAdvisories": r.Database.Own.Digest}),
		"verdict":  string(r.Verdict.Outcome),
		"coverage": coverageProperties(r),
	})
	return &sarif.Report{Version: string(sarif.Version210), Schema: sarifSchema, Runs: []*sarif.Run{run}}
}

// category is that of code scanning: alerts that are not in the next report of the same category are closed there.
func (r *Report) category() string {
	if r.Series != "" {
		return "layergate/" + relativeURI(r.Series) + "/"
	}
	return "layergate/" + r.slug() + "/"
}

// semver is a version by semver.org 2.0.0, loosely.
var semver = regex.New(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)

func orImage(s string) string {
	if s == "" {
		return "image"
	}
	return s
}

// sarifInvocation says that the run was complete, what it warns of and what the file leaves out.
func sarifInvocation(r *Report, kept, all int) *sarif.Invocation {
	complete := true
	invocation := &sarif.Invocation{ExecutionSuccessful: &complete}
	note := func(text string) {
		invocation.ToolExecutionNotifications = append(invocation.ToolExecutionNotifications,
			sarif.NewNotification().WithLevel("warning").WithMessage(sarif.NewTextMessage(text)))
	}
	if kept < all {
		note(fmt.Sprintf("%d of %d results were left out to keep within the limits of code scanning: one of each rule comes first, then "+
			"those that block and the most severe. layergate.json has all of them.", all-kept, all))
	}
	for _, warning := range r.Warnings {
		if warning = printable(warning); warning != "" {
			note(sarifText(warning, 1000))
		}
	}
	for _, n := range r.Verdict.Notes {
		note(sarifText(n.Message, 1000))
		if l := n.Where; l != nil && l.InProject() {
			notes := invocation.ToolExecutionNotifications
			notes[len(notes)-1].AddLocation(sarifLine(*l))
		}
	}
	return invocation
}

// sarifText is text for a message: on one line and without an embedded link (SARIF 2.1.0, section 3.11.6).
func sarifText(s string, n int) string {
	return strings.ReplaceAll(shorten(printable(s), n), "](", "] (")
}

// withoutEmpty drops what GitHub rejects or nobody needs: empty strings, lists and bags.
func withoutEmpty(p sarif.Properties) sarif.Properties {
	for k, v := range p {
		switch v := v.(type) {
		case string:
			if v == "" {
				delete(p, k)
			}
		case []string:
			if len(v) == 0 {
				delete(p, k)
			}
		case sarif.Properties:
			if len(v) == 0 {
				delete(p, k)
			}
		}
	}
	return p
}
