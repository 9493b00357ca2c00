package check_test

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/check"
)

func TestStartsSSHD(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]bool{
		"/usr/sbin/sshd|-D": true, "sh|-c|mkdir -p /run/sshd && exec /usr/sbin/sshd -D": true, "/bin/sh|-c|(sshd); /web": true, "dropbear|-F": true,
		"bash|-c|service ssh start; /web": true, "sh|-c|systemctl restart sshd": true, "/etc/init.d/ssh|start": true,
		"/web": false, "": false, "/web|--config|/etc/ssh/sshd_config": false, "sh|-c|service nginx start": false, "ssh|db": false,
	} {
		if got := check.StartsSSHD(strings.Split(command, "|")); got != want {
			t.Errorf("StartsSSHD(%q) = %t, want %t", command, got, want)
		}
	}
}
