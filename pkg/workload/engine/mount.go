package engine

import (
	"encoding/csv"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/format"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/layergate/layergate/pkg/regex"
	"github.com/layergate/layergate/pkg/workload"
)

// Volume is what a specification such as /srv:/data:ro mounts, and its propagation, which is empty for the Engine's own. The
// name is that of a volume of the Engine, and empty for a path of the host.
func Volume(spec string, at workload.Place) (m workload.Mount, name, propagation string, err error) {
	v, err := format.ParseVolume(spec)
	if err != nil {
		return workload.Mount{}, "", "", err
	}
	m = workload.Mount{Place: at, Target: v.Target, ReadOnly: v.ReadOnly}
	if v.Type == types.VolumeTypeBind {
		m.HostPath = v.Source
	} else {
		name = v.Source
	}
	if v.Bind != nil {
		propagation = v.Bind.Propagation
	}
	return m, name, propagation, nil
}

// MountFlag is what a value of docker run's --mount mounts, such as type=bind,source=/srv,target=/data,readonly, and its
// propagation.
func MountFlag(value string, at workload.Place) (m workload.Mount, propagation string, err error) {
	fields, err := csv.NewReader(strings.NewReader(value)).Read()
	if err != nil {
		return workload.Mount{}, "", err
	}
	m.Place = at
	kind, source, options := types.VolumeTypeVolume, "", map[string]string{}
	for _, field := range fields {
		key, value, ok := strings.Cut(field, "=")
		switch strings.ToLower(key) {
		case "type":
			kind = strings.ToLower(value)
		case "source", "src":
			source = value
		case "target", "dst", "destination":
			m.Target = value
		case "readonly", "ro":
			if m.ReadOnly = true; ok {
				if m.ReadOnly, err = strconv.ParseBool(value); err != nil {
					return m, "", fmt.Errorf("%s is not a boolean", key)
				}
			}
		case "bind-propagation":
			propagation = value
		case "volume-opt":
			name, value, _ := strings.Cut(value, "=")
			options[name] = value
		}
	}
	if m.Target == "" {
		return m, "", errors.New("it names no target")
	}
	switch kind {
	case types.VolumeTypeBind:
		m.HostPath = source
	case types.VolumeTypeVolume:
		m.HostPath = Backed(options)
	}
	return m, propagation, nil
}

// HostPath is the path of a host that a mount's source names, by the directory in its project of the file that says it. Where the project lies on
// the host is not known: a relative path that goes up more than one directory above it counts from the root of the host, which is where .. ends, and
// so does one to a directory beside it that is called as those of a host are, and as few projects call theirs.
func HostPath(source, dir string) string {
	if path.IsAbs(source) || strings.HasPrefix(source, "~") {
		return source
	}
	if !filepath.IsLocal(dir) {
		dir = "." // of a file that is no part of the working directory, the project is its own
	}
	below := path.Join(dir, source)
	at := path.Join("/", below)
	if strings.HasPrefix(below+"/", "../../") || strings.HasPrefix(below, "../") && ofHost.MatchString(at) {
		return at
	}
	return source
}

// ofHost matches directories of a host whose names are hardly those of projects and their parts, as bin, lib and home are.
var ofHost = regex.New(`^/(?:boot|etc|lib64|proc|root|sbin|sys|usr|var/(?:lib|log|run|spool))(?:/|$)`)

// Shares tells whether mounts below a directory of a container become mounts of the host, by its propagation (mount(8)).
func Shares(propagation string) bool { return propagation == "shared" || propagation == "rshared" }

// Backed is the path of the host that a volume of the Engine's local driver is, by its options, which are those of mount(8): a directory that is
// bound, a layer or the work directory of an overlay (one that configures the host before others), a device, or what a file system shows of the kernel. It is empty for all others, such as those of a network.
func Backed(options map[string]string) string {
	if dir := kernelFiles[options["type"]]; dir != "" {
		return dir
	}
	var layers []string
	for o := range strings.SplitSeq(options["o"], ",") {
		if o == "bind" || o == "rbind" {
			return options["device"]
		}
		name, dirs, _ := strings.Cut(o, "=")
		if options["type"] == "overlay" && slices.Contains([]string{"upperdir", "lowerdir", "lowerdir+", "datadir+", "workdir"}, name) {
			layers = append(layers, strings.Split(dirs, ":")...)
		}
	}
	if len(layers) > 0 {
		return layers[max(0, slices.IndexFunc(layers, workload.IsSensitivePath))]
	}
	device := options["device"]
	if strings.HasPrefix(device, "/") && !strings.HasPrefix(device, "//") { // which names a share of another host
		return device
	}
	return ""
}

// kernelFiles are the file systems by which the kernel of a host shows and takes settings, and where each is mounted.
var kernelFiles = map[string]string{
	"binder": "/dev/binderfs", "binfmt_misc": "/proc/sys/fs/binfmt_misc", "bpf": "/sys/fs/bpf", "cgroup": "/sys/fs/cgroup", "cgroup2": "/sys/fs/cgroup",
	"configfs": "/sys/kernel/config", "debugfs": "/sys/kernel/debug", "devpts": "/dev/pts", "devtmpfs": "/dev", "efivarfs": "/sys/firmware/efi/efivars", "fusectl": "/sys/fs/fuse/connections",
	"mqueue": "/dev/mqueue", "nfsd": "/proc/fs/nfsd", "proc": "/proc", "pstore": "/sys/fs/pstore", "resctrl": "/sys/fs/resctrl",
	"securityfs": "/sys/kernel/security", "selinuxfs": "/sys/fs/selinux", "sysfs": "/sys", "tracefs": "/sys/kernel/tracing",
}
