package engine

import (
	"errors"
	"strconv"
	"strings"

	"github.com/docker/go-connections/nat"

	"github.com/layergate/layergate/pkg/workload"
)

// maxPorts is how many ports a container may have; there are no more for each of two protocols.
const maxPorts = 2 * 65535

// Ports adds the ports of a specification such as 127.0.0.1:8000-8010:80-90/udp, or of a port alone.
func Ports(c *workload.Container, spec string, at workload.Place) error {
	if len(c.Ports)+CountPorts(spec) > maxPorts {
		return errors.New("the container has more ports than there are")
	}
	mappings, err := nat.ParsePortSpec(spec)
	if err != nil {
		return err
	}
	for _, m := range mappings {
		host, _, _ := strings.Cut(m.Binding.HostPort, "-") // a range that the engine takes any port of
		n, _ := strconv.Atoi(host)                         // empty for any port
		c.Ports = append(c.Ports, workload.Port{Place: at, Container: m.Port.Int(), Host: n, HostIP: m.Binding.HostIP, Protocol: m.Port.Proto()})
	}
	return nil
}

// CountPorts is how many ports of the container a specification names, without writing them out; 0 where it is wrong.
func CountPorts(spec string) int {
	_, ports := nat.SplitProtoPort(spec)
	begin, end, err := nat.ParsePortRangeToInt(ports[strings.LastIndexByte(ports, ':')+1:])
	if err != nil {
		return 0
	}
	return end - begin + 1
}
