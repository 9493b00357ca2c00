package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/report"
)

// noDirectory is the value of output-dir that writes no directory of reports.
const noDirectory = "off"

// allResults is the directory that holds the reports of all images where no other is named.
const allResults = "layergate-results"

// place is where the reports of a run go, and under which name.
type place struct {
	name string // tells them from those of other images: the category of the SARIF report, and the comment on a pull request
	dir  string // empty where none are written, or none can be
}

// findPlace finds the place of the run's reports, and makes sure that they can be written there. The place has a name also where
// there is an error. Call c.place, which does it once.
func (c *command) findPlace() (place, error) {
	in := c.inputs
	if in == nil {
		in = c.platform.Inputs()
	}
	name, wrongName := c.nameOf(in)
	dir, err := c.outputDir(in, name)
	if err == nil && dir != "" {
		err = checkDirectory(in, dir)
	}
	if err != nil {
		dir = ""
	}
	return place{name, dir}, cmp.Or(wrongName, err)
}

// outputDir is the directory of the run's reports: the one that is named, or else one for the name of the image. A step gets one of its
// own there; a directory that holds what outputs of an earlier step name is refused elsewhere.
func (c *command) outputDir(in *input.Values, name string) (string, error) {
	named := namedOutputDir(in)
	if named == "" && in.IsSet("output-dir") {
		return "", nil
	}
	taken, err := c.job().reports()
	if err != nil {
		return "", err
	}
	if named != "" {
		return named, refuseTaken(named, taken)
	}
	dir := filepath.Join(allResults, name)
	for n := 2; c.isStep && slices.ContainsFunc(taken, func(other string) bool { return sameDirectory(dir, other) }); n++ {
		dir = numbered(filepath.Join(allResults, name), ".run", n)
	}
	return dir, refuseTaken(dir, taken)
}

// namedOutputDir is the directory for reports that the inputs name; empty where they name none, or want none.
func namedOutputDir(in *input.Values) string {
	if dir := in.String("output-dir"); dir != "" && dir != noDirectory {
		return filepath.Clean(dir) // so that a/../b makes no a
	}
	return ""
}

// refuseTaken refuses a directory that is an earlier step's, lies in one or holds one: what keeps the reports of one step would have
// those of another.
func refuseTaken(dir string, taken []string) error {
	for _, other := range taken {
		var what string
		switch {
		case sameDirectory(dir, other):
			what = "the reports in %s are those of an earlier step of this job, whose outputs name them"
		case isIn(dir, other):
			what = "%s lies in the directory with the reports of an earlier step of this job"
		case isIn(other, dir):
			what = "%s holds the directory with the reports of an earlier step of this job"
		default:
			continue
		}
		return fault.Request(fmt.Errorf(what, dir), fault.Hintf("name another directory with %s", fault.Input("output-dir")))
	}
	return nil
}

// sameDirectory tells whether two paths lead to one directory, on a machine that does not tell upper from lower case.
func sameDirectory(a, b string) bool { return strings.EqualFold(resolve(a), resolve(b)) }

// isIn tells whether a path leads below a directory, on such a machine.
func isIn(path, directory string) bool {
	return strings.HasPrefix(strings.ToLower(resolve(path)), strings.ToLower(resolve(directory))+string(filepath.Separator))
}

// checkDirectory refuses a directory that no reports can be written to.
func checkDirectory(in *input.Values, dir string) error {
	if leavesProject(dir) {
		return fault.Request(fmt.Errorf("%s %s is a link out of the project, and no reports are written there", in.Spell("output-dir"), dir),
			"remove the link, or name a directory outside the project by its own path")
	}
	if err := report.CanWrite(dir); err != nil {
		return fault.Request(fmt.Errorf("%s %s cannot be written to: %w", in.Spell("output-dir"), dir, err),
			fault.Hintf("name another directory with %s, or off for none", fault.Input("output-dir")))
	}
	return nil
}

// checkFormats refuses formats that would go into a directory which is not written.
func checkFormats(in *input.Values) error {
	if in.String("output-dir") != noDirectory || !in.IsSet("formats") {
		return nil
	}
	return fault.Request(fmt.Errorf("%s %s writes no directory that the %s %s could go into", in.Spell("output-dir"), noDirectory, in.Spell("formats"), strings.Join(in.List("formats"), ", ")),
		"leave one of the two out; on a command line, -o FORMAT=FILE writes a report by itself")
}

// reportDirs are the directories in which a run with a directory for its reports has files of its own: that one, and with a release set
// those below it, of the images that this run or an earlier one has.
func (c *command) reportDirs(dir string) []string {
	if dir == "" {
		return nil
	}
	out := []string{dir}
	if c.inputs == nil || !c.inputs.IsSet(releaseSet) { // nil of a run that never came so far
		return out
	}
	list, _ := os.ReadDir(dir) // one that is not there has none, and one that cannot be read was refused
	for _, e := range list {
		if e.IsDir() { // and no link
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	return out
}

// allOutput is the directory that a run makes for its reports, with those of other images where it made one for all of them.
func (c *command) allOutput() string {
	p, _ := c.place() // the error was told when the run began
	if within(allResults, p.dir) {
		return allResults
	}
	return p.dir
}

// keepReports keeps later steps of the job from replacing the run's reports, which the outputs of its step name. A script, which may run
// the command as often as it likes, sees to that itself.
func (c *command) keepReports() error {
	p, err := c.place()
	if err != nil || p.dir == "" || !c.isStep {
		return err
	}
	return c.job().keepReports(p.dir)
}
