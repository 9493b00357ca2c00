//go:build linux || darwin

package disk

import "golang.org/x/sys/unix"

// systemFree returns how many bytes an unprivileged user may still write to the file system of dir, and false if it is
// unknown.
func systemFree(dir string) (int64, bool) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil || s.Bsize <= 0 {
		return 0, false
	}
	blocks, size := s.Bavail, uint64(s.Bsize)
	const most = 1<<63 - 1
	if blocks > most/size {
		return most, true
	}
	return int64(blocks * size), true
}
