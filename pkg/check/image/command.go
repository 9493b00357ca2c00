package image

import (
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/facts"
	"github.com/layergate/layergate/pkg/finding"
)

// command is what one of two instructions says that a container starts.
type command struct {
	instruction string
	words       []string
}

// commands are those of the configuration that start a container.
func (s *Subject) commands() []command {
	c := s.Image.Config
	return []command{{"ENTRYPOINT", c.Entrypoint}, {"CMD", c.Cmd}}
}

// sshStarted is the rule that a container does not start an SSH daemon.
func sshStarted() rule {
	return rule{check.Rule{
		ID: "LG-IMG-008", Name: "ssh-daemon-started", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
		Title:  "the image starts an SSH daemon",
		Why:    "A login into a running container goes past everything that says who may change it, and needs keys and updates of its own.",
		Remedy: "Start the program alone, and use what the platform has to look into a container.",
		References: []check.Reference{
			{Name: "CIS Docker 5.7", URL: "https://www.cisecurity.org/benchmark/docker"},
		},
	}, findSSHStarted}
}

func findSSHStarted(r check.Rule, s *Subject) []finding.Finding {
	var out []finding.Finding
	daemons := s.sshDaemons()
	for _, c := range s.commands() {
		if check.StartsSSHD(c.words) || check.Runs(c.words, daemons...) {
			out = append(out, s.inConfiguration(r, c.instruction, c.instruction+" starts an SSH daemon", s.last(c.instruction)))
		}
	}
	return out
}

// sshDaemons are the names of the SSH daemons that the image holds, and of the links to them.
func (s *Subject) sshDaemons() []string {
	var out []string
	for _, l := range s.Facts {
		for _, f := range l.Files {
			if f.Kind == facts.SSHDaemon || f.Kind == facts.SSHDaemonLink {
				out = append(out, path.Base(f.Path))
			}
		}
	}
	return out
}

// shellForm is the rule that no shell stands between the runtime and the program.
func shellForm() rule {
	return rule{check.Rule{
		ID: "LG-IMG-009", Name: "shell-form", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
		Title:  "a shell starts the program",
		Why:    "The program is not the container's first process, does not get the signal to stop, and is killed after the runtime's patience ends.",
		Remedy: `Write the command as a list, such as CMD ["/app", "serve"], or begin the shell's command with exec.`,
		References: []check.Reference{
			{Name: "hadolint DL3025", URL: "https://github.com/hadolint/hadolint/wiki/DL3025"},
		},
	}, findShellForm}
}

func findShellForm(r check.Rule, s *Subject) []finding.Finding {
	var out []finding.Finding
	for _, c := range s.commands() {
		if len(c.words) < 3 || !slices.Contains([]string{"/bin/sh", "/bin/bash", "/bin/ash", "cmd"}, c.words[0]) || c.words[1] != "-c" && !strings.EqualFold(c.words[1], "/S") {
			continue
		}
		text := strings.Join(c.words[2:], " ")
		if !strings.HasPrefix(strings.TrimSpace(text), "exec ") {
			out = append(out, s.inConfiguration(r, c.instruction, c.instruction+" is a command line for a shell", s.last(c.instruction)))
		}
	}
	return out
}
