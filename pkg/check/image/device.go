package image

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/facts"
	"github.com/layergate/layergate/pkg/finding"
)

// device is the rule that an image brings no device files of its own.
func device() rule {
	return rule{check.Rule{
		ID: "LG-FILE-014", Name: "device-file", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
		Title: "the image brings a device file",
		Why: "A device file outside of /dev opens a disk or the memory past the rights of the file system, as soon as a container may use it. " +
			"One of mode 0000 mostly is the mark of an overlay file system for a removed file, copied as it was: some runtimes hide the file of the layers below, others show it.",
		Remedy: "Leave the device file out of the image: the platform gives a container the devices that it needs. Where it stands for a removed file, pack the layer with a tool that writes whiteouts (.wh.NAME).",
		References: []check.Reference{
			{Name: "CIS Docker 5.18", URL: "https://www.cisecurity.org/benchmark/docker"},
			{Name: "OCI image layer: whiteouts", URL: "https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts"},
		},
	}, func(r check.Rule, s *Subject) []finding.Finding { return s.eachFile(r, facts.Device, deviceFile) }}
}

// deviceFile says what a device file is. Overlay file systems give those that mark removed files no mode.
func deviceFile(f facts.File) string {
	if f.Mode.Perm() == 0 {
		return owned(f) + ": most likely a removed file, as an overlay file system marks it"
	}
	return owned(f)
}
