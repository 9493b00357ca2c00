package image

import (
	"io/fs"
	"syscall"
)

// changeTime is when the file's content or attributes last changed, in nanoseconds since the epoch.
func changeTime(info fs.FileInfo) int64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Ctim.Nano()
	}
	return 0
}
