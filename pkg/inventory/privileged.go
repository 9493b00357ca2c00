package inventory

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
)

// Privileged is a file of a distribution's package that gives whoever runs it rights of others, as the package brings it.
type Privileged struct {
	Path       string // as the package names it, below the system's root: directories in it may be links
	Package    string
	Setuid     bool
	Setgid     bool
	Capability bool   // it may have capabilities
	Algorithm  string // of the digest of its content, as syft names it; empty where the package does not say
	Digest     string
}

const (
	setuid = 0o4000
	setgid = 0o2000
)

// withMode are the files that Debian's packages bring with setuid or setgid, which dpkg's database does not say.
var withMode = set(`
	Xorg.wrap arping at bsd-write bwrap chage chfn chkpwd chrome-sandbox chromium-sandbox chsh clockdiff crontab
	dbus-daemon-launch-helper doas dotlockfile dumpcap exim4 expiry fping fping6 fusermount fusermount3 gpasswd kismet
	locate lockdev lxc-user-nic mlocate mount mount.cifs mount.nfs mtr mtr-packet newgidmap newgrp newuidmap nfsmount
	ntfs-3g pam-tmpdir-helper passwd ping ping6 pkexec plocate polkit-agent-helper-1 postdrop postlog postqueue pppd
	procmail qemu-bridge-helper rcp rlogin rsh screen sendmail sg snap-confine spice-client-glib-usb-acl-helper
	ssh-agent ssh-keysign su sudo sudo-rs sudoedit suexec suexec-custom suexec-pristine traceroute6.iputils
	ubuntu-core-launcher umount umount.nfs unix_chkpwd utempter virtualbox vmware-user-suid-wrapper wall write write.ul
`)

// withCapability are the files that packages of any distribution bring with capabilities, which no database says.
var withCapability = set(`
	arping clockdiff dumpcap fping fping6 gnome-keyring-daemon gst-ptp-helper kismet mtr mtr-packet newgidmap newuidmap
	ping ping6 snap-confine suexec systemd-detect-virt traceroute6.iputils
`)

// set is a set of words.
func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

// privileged lists the files of a system's package that it brings with setuid, setgid or capabilities.
func (f *found) privileged(p pkg.Package) []Privileged {
	var out []Privileged
	add := func(name string, mode uint64, digest file.Digest) {
		s := Privileged{
			Path: within(f.Root, name), Package: p.Name, Algorithm: digest.Algorithm, Digest: digest.Value,
			Setuid: mode&setuid != 0, Setgid: mode&setgid != 0, Capability: withCapability[path.Base(name)],
		}
		if s.Setuid || s.Setgid || s.Capability {
			out = append(out, s)
		}
	}
	switch m := p.Metadata.(type) {
	case pkg.DpkgDBEntry:
		for _, f := range m.Files {
			var mode uint64
			if withMode[path.Base(f.Path)] {
				mode = setuid | setgid
			}
			add(f.Path, mode, orNone(f.Digest))
		}
	case pkg.RpmDBEntry:
		for _, f := range m.Files {
			add(f.Path, uint64(f.Mode), f.Digest)
		}
	case pkg.ApkDBEntry:
		for _, f := range m.Files {
			mode, err := strconv.ParseUint(f.Permissions, 8, 32)
			if err != nil {
				mode = 0
			}
			add(f.Path, mode, orNone(f.Digest))
		}
	}
	return out
}

func orNone(d *file.Digest) file.Digest {
	if d == nil {
		return file.Digest{}
	}
	return *d
}

// privileged lists the files that any package of the image's own system brings so, in any layer, by their paths.
func (s *scan) privileged() []Privileged {
	var out []Privileged
	for _, o := range s.found {
		for _, it := range o.list {
			if it.Root == "/" {
				out = append(out, it.Privileged...)
			}
		}
	}
	slices.SortFunc(out, func(a, b Privileged) int {
		return strings.Compare(a.Path+"\x00"+a.Package+"\x00"+a.Digest, b.Path+"\x00"+b.Package+"\x00"+b.Digest)
	})
	return slices.Compact(out)
}
