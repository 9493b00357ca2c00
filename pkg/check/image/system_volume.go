package image

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// systemVolume is the rule that no volume covers the kernel's own file systems.
func systemVolume() rule {
	return rule{check.Rule{
		ID: "LG-IMG-004", Name: "system-volume", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
		Title:  "a volume covers a file system of the kernel",
		Why:    "A volume on /dev, /proc or /sys hides what the runtime protects there, or hands the program what is the host's.",
		Remedy: "Take the path out of the VOLUME instruction, and out of the base image's where it is from there.",
		References: []check.Reference{
			{Name: "Dockle DKL-DI-0002", URL: "https://github.com/goodwithtech/dockle/blob/master/CHECKPOINT.md"},
		},
	}, findSystemVolume}
}

func findSystemVolume(r check.Rule, s *Subject) []finding.Finding {
	var out []finding.Finding
	for _, volume := range slices.Sorted(maps.Keys(s.Image.Config.Volumes)) {
		clean := path.Join("/", volume)
		for _, dir := range []string{"/dev", "/proc", "/sys"} {
			if clean == dir || strings.HasPrefix(clean, dir+"/") {
				out = append(out, s.inConfiguration(r, "VOLUME "+volume, "VOLUME "+volume, s.naming("VOLUME", volume)))
			}
		}
	}
	return out
}
