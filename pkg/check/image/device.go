package image

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/facts"
	"github.com/layergate/layergate/pkg/finding"
)

// device is the rule that an image brings no devices of its own.
func device() rule {
	return rule{check.Rule{
		ID: "LG-FILE-014", Name: "device-file", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
		Title:  "the image brings a device",
		Why:    "A device outside of /dev is the way past a file system's rights to a disk or the memory, as soon as a container may use it.",
		Remedy: "Leave the device out of the image; the platform gives a container the devices that it needs.",
		References: []check.Reference{
			{Name: "CIS Docker 5.18", URL: "https://www.cisecurity.org/benchmark/docker"},
		},
	}, func(r check.Rule, s *Subject) []finding.Finding { return s.eachFile(r, facts.Device, owned) }}
}
