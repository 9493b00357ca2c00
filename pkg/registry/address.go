package registry

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
)

// checkPort refuses the host of a registry whose port is none, which a reference may have by its form.
func checkPort(host string) error {
	if !strings.Contains(host[strings.LastIndexByte(host, ']')+1:], ":") { // an address of IPv6 has colons of its own
		return nil
	}
	_, port, err := net.SplitHostPort(host)
	if n, numberErr := strconv.ParseUint(port, 10, 16); err == nil && numberErr == nil && n > 0 {
		return nil
	}
	return fault.Request(fmt.Errorf("the registry %q has a port that is none", host), "a port is a number from 1 to 65535, such as that of registry.example:5000")
}
