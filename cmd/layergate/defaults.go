package main

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/policy/file"
	"github.com/layergate/layergate/pkg/safetext"
)

// useDefaults gives inputs that have no value those of the policy file that lies where the run begins. Where the run itself says
// which image is meant, no default is about the image: those are of the project's own. Where it wants no directory of reports, none
// says what that holds.
//
// On a CI system there are no defaults: what the inputs of a step do not say, no file of a change is to add.
func (c *command) useDefaults(in *input.Values) error {
	path, _, err := policyPath(in.String("policy"), dirOfProject(in.String("dockerfile"), in.String("context")))
	if err != nil || path == "" {
		return err
	}
	list, err := file.ReadDefaults(rootOf(), path)
	if err != nil || len(list) == 0 {
		return err
	}
	if c.onCI() {
		fmt.Fprintf(c.platform.LogWriter(), "the defaults in %s count on a terminal only; on %s the inputs say it all\n", safetext.Escape(path), c.platform.Name())
		return nil
	}
	named := in.IsSet("image") || in.IsSet("context") || in.IsSet(releaseSet)
	noReports := in.String("output-dir") == noDirectory
	var used []string
	for _, d := range list {
		if in.IsSet(d.Input) || d.AboutImage && named || d.Input == "formats" && noReports {
			continue
		}
		if d.Path && leavesProject(d.Value) {
			return fault.Request(fmt.Errorf("%s: the default of %s, %s, is a link out of the project", path, d.Input, d.Value), "remove the link, or name a file of the project")
		}
		in.Set(d.Input, d.Value)
		used = append(used, in.Spell(d.Input)+" "+strings.ReplaceAll(d.Value, "\n", ","))
	}
	if len(used) > 0 {
		fmt.Fprintln(c.platform.LogWriter(), safetext.Escape("defaults of "+path+": "+strings.Join(used, " ")))
	}
	return nil
}
