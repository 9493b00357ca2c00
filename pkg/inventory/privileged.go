package inventory

import (
	"iter"
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

// broughtBy names, for the programs that packages of Debian bring with setuid or setgid, those packages, and for those in withCapability the
// packages of other distributions, too: dpkg's database says no modes, and no database says capabilities. A list of files that another package
// has of such a name makes nothing the distribution's own. A name also stands for names that go on with a hyphen: mtr for mtr-tiny.
var broughtBy = bringers(`
	chage chfn chsh expiry gpasswd passwd: passwd util-linux shadow
	newgrp sg: login passwd util-linux shadow
	su: login util-linux coreutils sudo-rs
	newgidmap newuidmap: uidmap shadow
	mount umount: mount util-linux
	bsd-write wall write write.ul: bsdutils bsdextrautils bsdmainutils util-linux
	ssh-agent ssh-keysign: openssh
	rcp rlogin rsh: rsh inetutils openssh
	crontab: cron systemd-cron cronie bcron busybox
	at: at
	auth_pam_tool: mariadb
	check_dhcp check_icmp: monitoring-plugins
	firejail: firejail
	mount.ecryptfs_private: ecryptfs-utils
	pinger: squid
	pmount pumount: pmount
	dbus-daemon-launch-helper: dbus
	sudo sudoedit sudo-rs: sudo
	doas: doas opendoas
	pkexec polkit-agent-helper-1: policykit polkit polkitd pkexec
	chkpwd unix_chkpwd: libpam pam
	ping ping6: iputils inetutils
	arping: iputils arping
	clockdiff traceroute6.iputils: iputils
	mtr mtr-packet: mtr
	fping fping6: fping
	dumpcap: wireshark tshark
	kismet: kismet
	fusermount fusermount3: fuse fuse3
	bwrap: bubblewrap
	chrome-sandbox chromium-sandbox: chromium google-chrome
	Xorg.wrap: xserver-xorg xorg
	exim4: exim4
	postdrop postlog postqueue: postfix
	sendmail: sendmail postfix nullmailer msmtp exim4
	procmail: procmail
	screen: screen
	dotlockfile: liblockfile
	lockdev: lockdev liblockdev1 liblockdev1t64
	locate mlocate plocate: locate mlocate plocate findutils
	lxc-user-nic: lxc liblxc
	mount.cifs: cifs-utils
	mount.nfs nfsmount umount.nfs: nfs
	ntfs-3g: ntfs-3g
	pam-tmpdir-helper: libpam
	pppd: ppp
	qemu-bridge-helper: qemu
	snap-confine ubuntu-core-launcher: snapd snap-confine ubuntu-core-launcher
	spice-client-glib-usb-acl-helper: spice-client spice
	suexec suexec-custom suexec-pristine: apache2 httpd
	utempter: libutempter0 libutempter
	virtualbox: virtualbox
	vmware-user-suid-wrapper: open-vm-tools
	gnome-keyring-daemon: gnome-keyring
	gst-ptp-helper: libgstreamer1.0 gstreamer gstreamer1
	systemd-detect-virt: systemd
`)

// withCapability are the files that packages of any distribution bring with capabilities.
var withCapability = set(`
	arping clockdiff dumpcap fping fping6 gnome-keyring-daemon gst-ptp-helper kismet mtr mtr-packet newgidmap newuidmap
	ping ping6 snap-confine suexec systemd-detect-virt traceroute6.iputils
`)

// onlySetgid are programs that Debian's packages bring with setgid and without setuid: with that, who starts ssh-agent is root.
var onlySetgid = set(`
	bsd-write chage chkpwd crontab dotlockfile expiry locate lockdev mlocate plocate postdrop postlog postqueue ssh-agent unix_chkpwd utempter wall write
	write.ul
`)

// onlyCapability are those of them that Debian's packages bring without setuid and setgid.
var onlyCapability = set("gnome-keyring-daemon gst-ptp-helper systemd-detect-virt")

// bringers reads lines of names of programs and, behind a colon, of the packages that bring them.
func bringers(lines string) map[string][]string {
	out := map[string][]string{}
	for line := range strings.Lines(lines) {
		names, packages, _ := strings.Cut(line, ":")
		for _, name := range strings.Fields(names) {
			out[name] = strings.Fields(packages)
		}
	}
	return out
}

// brings tells whether a package is one that brings a program with rights of others.
func brings(name, program string) bool {
	return slices.ContainsFunc(broughtBy[program], func(known string) bool {
		return name == known || strings.HasPrefix(name, known+"-")
	})
}

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
			Setuid: mode&setuid != 0, Setgid: mode&setgid != 0,
			Capability: withCapability[path.Base(name)] && brings(p.Name, path.Base(name)),
		}
		if s.Setuid || s.Setgid || s.Capability {
			out = append(out, s)
		}
	}
	for name, l := range listedFiles(p) {
		add(name, l.mode, l.digest)
	}
	return out
}

// listedFile is what the database of a system's packages says of a file.
type listedFile struct {
	mode   uint64 // for dpkg, what the file may have
	digest file.Digest
}

// listedFiles goes through the files that a system's package lists, by their paths below the system's root.
func listedFiles(p pkg.Package) iter.Seq2[string, listedFile] {
	return func(yield func(string, listedFile) bool) {
		switch m := p.Metadata.(type) {
		case pkg.DpkgDBEntry:
			for _, f := range m.Files {
				l := listedFile{digest: orNone(f.Digest)}
				if program := path.Base(f.Path); !onlyCapability[program] && brings(p.Name, program) {
					if l.mode = setuid | setgid; onlySetgid[program] {
						l.mode = setgid
					}
				}
				if !yield(f.Path, l) {
					return
				}
			}
		case pkg.RpmDBEntry:
			for _, f := range m.Files {
				if !yield(f.Path, listedFile{uint64(f.Mode), f.Digest}) {
					return
				}
			}
		case pkg.ApkDBEntry:
			for _, f := range m.Files {
				mode, err := strconv.ParseUint(f.Permissions, 8, 32)
				if err != nil {
					mode = 0
				}
				if !yield(f.Path, listedFile{mode, orNone(f.Digest)}) {
					return
				}
			}
		}
	}
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
