package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dustin/go-humanize/english"

	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/manifest"
)

// wholeCompose says how to have all that a file of Compose takes from others.
const wholeCompose = "give the output of docker compose config"

// deployedBy are the images that manifests run, those included of which only another file says which they are.
func deployedBy(set *manifest.Set) []audit.Deployment {
	var out []audit.Deployment
	for _, file := range set.Workloads() {
		for _, w := range file.Workloads {
			for _, of := range w.Containers {
				for _, image := range of.Images() {
					out = append(out, audit.Deployment{Reference: image.Value, Where: w.Resource()})
				}
				if of.Filled.Set {
					out = append(out, audit.Deployment{
						Where: w.Resource(), Unknown: fmt.Sprintf("%s:%d: %s names the image of %s", of.Filled.Place.File, of.Filled.Place.Line, of.Filled.Value, of.Name), Hint: "give --from-cluster what runs",
					})
				}
			}
		}
		for _, part := range file.Parts {
			if part.From != "" {
				out = append(out, audit.Deployment{
					Where: part.Resource, Unknown: fmt.Sprintf("%s:%d: %s takes services from %s, which was not read", part.Place.File, part.Place.Line, part.Resource, part.From), Hint: wholeCompose,
				})
			}
		}
		for _, image := range file.Images {
			out = append(out, audit.Deployment{Reference: image.Value, Where: image.Resource})
		}
	}
	return out
}

// wholeManifests refuses, before anything is deleted, manifests that do not say all that runs. An audit that deletes nothing warns of what it does not
// look at.
func (c *command) wholeManifests(f *auditFlags, set *manifest.Set) error {
	warnings := slices.Clone(set.Warnings)
	var others, built []string
	for _, file := range set.Workloads() {
		for _, part := range file.Parts {
			if part.From == "" {
				others = append(others, part.Resource)
			}
		}
		for _, w := range file.Workloads {
			for _, of := range w.Containers {
				if of.Build.Set && of.Image.Value == "" {
					built = append(built, w.Resource())
				}
			}
		}
	}
	if len(others) > 0 {
		warnings = append(warnings, fmt.Sprintf("what %s, and the images of that are not known here", someOf(others, "deploys is named elsewhere", "deploy is named elsewhere")))
	}
	if f.apply > 0 && len(warnings) > 0 {
		return fault.Request(fmt.Errorf("nothing is deleted where not all is known that runs: %s", warnings[0]), "name manifests as they are deployed, or give --from-cluster what the cluster lists")
	}
	if f.apply == 0 && len(built) > 0 && f.retention == "" {
		warnings = append(warnings, fmt.Sprintf("%s: no registry has the image, which is not looked at", someOf(built, "is built where it runs", "are built where they run")))
	}
	for _, w := range warnings {
		ci.Warn(c.platform, w)
	}
	return nil
}

// someOf names at most three things, each once, with the verb for one or for several.
func someOf(names []string, one, several string) string {
	slices.Sort(names)
	names = slices.Compact(names)
	verb := several
	if len(names) == 1 {
		verb = one
	}
	if n := len(names); n > 3 {
		names = append(names[:3:3], english.Plural(n-3, "other", ""))
	}
	return english.WordSeries(names, "and") + " " + verb
}

// known refuses, before anything is deleted, what runs an image of which it is not known which one it is, or whose name has variables. A plan alone
// warns of it, and an audit says of each such image that it is undecided.
func (c *command) known(f *auditFlags, running []audit.Deployment) error {
	for _, d := range running {
		switch {
		case f.apply > 0 && d.Unknown != "":
			return fault.Request(fmt.Errorf("nothing is deleted where not all is known that runs: %s: %s", d.Where, d.Unknown), d.Hint)
		case f.apply > 0 && strings.Contains(d.Reference, "$"):
			return fault.Request(fmt.Errorf("nothing is deleted where not all is known that runs: %s runs %.200q, which has variables", d.Where, d.Reference),
				wholeCompose+", or --from-cluster what the cluster lists")
		case f.retention != "" && d.Unknown != "":
			ci.Warn(c.platform, fmt.Sprintf("the plan may let go what runs: %s: %s: %s", d.Where, d.Unknown, d.Hint))
		}
	}
	return nil
}
