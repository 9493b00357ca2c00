package image

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/facts"
	"github.com/layergate/layergate/pkg/finding"
)

// visible says one thing of all files that are part of the final file system.
func visible(text string) func(facts.File) string {
	return func(f facts.File) string {
		if f.Hidden >= 0 {
			return ""
		}
		return text
	}
}

// sshDaemon is the rule that no SSH daemon is installed.
func sshDaemon() rule {
	return rule{check.Rule{
		ID: "LG-FILE-009", Name: "ssh-daemon-installed", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
		Title:  "an SSH daemon is installed",
		Why:    "A login beside the platform's own needs keys, passwords and updates of its own, and nobody sees who uses it.",
		Remedy: "Remove the package from the instruction that installs it, and use what the platform has to look into a container.",
		References: []check.Reference{
			{Name: "CIS Docker 5.7", URL: "https://www.cisecurity.org/benchmark/docker"},
		},
	}, func(r check.Rule, s *Subject) []finding.Finding {
		return s.eachFile(r, facts.SSHDaemon, visible("a program that lets users log in over the network"))
	}}
}

// compiler is the rule that no compiler is left in.
func compiler() rule {
	return rule{check.Rule{
		ID: "LG-FILE-011", Name: "compiler-left-in", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
		Title:  "a compiler is left in",
		Why:    "The program does not need it to run, and whoever takes the container over can build tools with it.",
		Remedy: "Build in a stage of its own, and copy the result into the last one.",
		References: []check.Reference{
			{Name: "CIS Docker 4.3", URL: "https://www.cisecurity.org/benchmark/docker"},
		},
	}, func(r check.Rule, s *Subject) []finding.Finding {
		return s.eachFile(r, facts.Compiler, visible("a program that makes programs"))
	}}
}

// sudo is the rule that no program is left in by which a user becomes another.
func sudo() rule {
	return rule{check.Rule{
		ID: "LG-FILE-012", Name: "sudo-left-in", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
		Title:  "sudo is left in",
		Why:    "It is a setuid program with a long history of flaws, which a container that runs as one user does not need.",
		Remedy: "Do as root what needs root before the last USER instruction, and remove the package.",
		References: []check.Reference{
			{Name: "CIS Docker 4.3", URL: "https://www.cisecurity.org/benchmark/docker"},
			{Name: "Dockle DKL-DI-0001", URL: "https://github.com/goodwithtech/dockle/blob/master/CHECKPOINT.md"},
		},
	}, func(r check.Rule, s *Subject) []finding.Finding {
		return s.eachFile(r, facts.Sudo, visible("a program by which a user becomes another one"))
	}}
}

// packageCache is the rule that what a package manager can fetch again is not shipped.
func packageCache() rule {
	return rule{check.Rule{
		ID: "LG-FILE-010", Name: "package-cache-left-in", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
		Title:  "a package manager's cache is left in",
		Why:    "The bytes are stored and pulled with every image, and nothing that runs reads them.",
		Remedy: "Remove the cache in the RUN instruction that fills it, or keep it in a cache mount of the builder.",
		References: []check.Reference{
			{Name: "Dockle DKL-DI-0005", URL: "https://github.com/goodwithtech/dockle/blob/master/CHECKPOINT.md"},
		},
	}, func(r check.Rule, s *Subject) []finding.Finding {
		return s.eachFile(r, facts.Cache, func(f facts.File) string { return fmt.Sprintf("%s in %s", megabytes(f.Bytes), files(f.Files)) })
	}}
}

// megabytes writes a number of bytes, rounded.
func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// files counts files.
func files(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}
