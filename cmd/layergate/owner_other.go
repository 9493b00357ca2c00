//go:build !unix

package main

import "io/fs"

// owner is not known.
func owner(fs.FileInfo) (uid, gid int, ok bool) { return 0, 0, false }
