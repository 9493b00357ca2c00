package image

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// sshPort is the rule that the port of SSH is not exposed.
func sshPort() rule {
	return rule{check.Rule{
		ID: "LG-IMG-005", Name: "ssh-port-exposed", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
		Title:  "the port of SSH is exposed",
		Why:    "A login into a running container goes past everything that says who may change it, and needs keys and updates of its own.",
		Remedy: "Take the port out of the EXPOSE instruction, and use what the platform has to look into a container.",
		References: []check.Reference{
			{Name: "CIS Docker 5.7", URL: "https://www.cisecurity.org/benchmark/docker"},
			{Name: "Trivy DS-0004", URL: "https://avd.aquasec.com/misconfig/ds-0004"},
		},
	}, findSSHPort}
}

const ssh = 22

func findSSHPort(r check.Rule, s *Subject) []finding.Finding {
	return s.eachPort(r, func(p port) bool { return p.valid && p.from <= ssh && ssh <= p.to && p.protocol != "udp" })
}

// invalidPort is the rule that what is exposed is a port.
func invalidPort() rule {
	return rule{check.Rule{
		ID: "LG-IMG-006", Name: "invalid-port", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
		Title:  "what is exposed is no port",
		Why:    "No runtime can publish it, and some refuse the image because of it.",
		Remedy: "Write a number from 1 to 65535 in the EXPOSE instruction, and tcp, udp or sctp behind it.",
		References: []check.Reference{
			{Name: "Trivy DS-0008", URL: "https://avd.aquasec.com/misconfig/ds-0008"},
		},
	}, findInvalidPort}
}

func findInvalidPort(r check.Rule, s *Subject) []finding.Finding {
	return s.eachPort(r, func(p port) bool { return !p.valid })
}

// eachPort makes a finding of each exposed port that is such a one.
func (s *Subject) eachPort(r check.Rule, such func(port) bool) []finding.Finding {
	var out []finding.Finding
	for _, text := range slices.Sorted(maps.Keys(s.Image.Config.ExposedPorts)) {
		if such(parsePort(text)) {
			bare, _, _ := strings.Cut(text, "/")
			out = append(out, s.inConfiguration(r, "EXPOSE "+text, "EXPOSE "+text, s.naming("EXPOSE", text, bare)))
		}
	}
	return out
}

// port is a port of a configuration, or a range of them.
type port struct {
	from, to int
	protocol string
	valid    bool
}

// parsePort reads a port (OCI image specification, "Image Configuration", ExposedPorts), or a range as some builders leave it.
func parsePort(text string) port {
	number, protocol, _ := strings.Cut(text, "/")
	first, last, isRange := strings.Cut(number, "-")
	if !isRange {
		last = first
	}
	from, err1 := strconv.ParseUint(first, 10, 16)
	to, err2 := strconv.ParseUint(last, 10, 16)
	p := port{from: int(from), to: int(to), protocol: strings.ToLower(protocol)}
	p.valid = err1 == nil && err2 == nil && 0 < from && from <= to && slices.Contains([]string{"", "tcp", "udp", "sctp"}, p.protocol)
	return p
}
