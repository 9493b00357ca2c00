package facts

import (
	"encoding/binary"
	"fmt"
)

// The revisions of the attribute (linux/capability.h, struct vfs_cap_data), and how many bytes each has.
var revisionSizes = map[uint32]int{1: 12, 2: 20, 3: 24}

// capabilityNames are the capabilities of Linux by their numbers (linux/capability.h).
var capabilityNames = []string{
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID",
	"CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK",
	"CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT",
	"CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL",
	"CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON",
	"CAP_BPF", "CAP_CHECKPOINT_RESTORE",
}

// unknownCapabilities stands for those of an attribute that is not of a known form: what it allows is not known.
const unknownCapabilities = "an attribute of an unknown form"

// capabilities lists the capabilities that a file's attribute security.capability allows, permitted and inheritable ones. The
// list is empty where it allows none.
func capabilities(attribute string) []string {
	raw := []byte(attribute)
	if len(raw) < 4 {
		return []string{unknownCapabilities}
	}
	revision := binary.LittleEndian.Uint32(raw) >> 24
	if size, ok := revisionSizes[revision]; !ok || len(raw) != size {
		return []string{unknownCapabilities}
	}
	var allowed uint64
	words := 2
	if revision == 1 {
		words = 1
	}
	for i := range words {
		permitted := binary.LittleEndian.Uint32(raw[4+8*i:])
		inheritable := binary.LittleEndian.Uint32(raw[8+8*i:])
		allowed |= uint64(permitted|inheritable) << (32 * i)
	}
	out := []string{}
	for i := range 64 {
		switch {
		case allowed>>i&1 == 0:
		case i < len(capabilityNames):
			out = append(out, capabilityNames[i])
		default:
			out = append(out, fmt.Sprintf("capability %d", i))
		}
	}
	return out
}
