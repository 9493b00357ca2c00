package inventory

import (
	"bytes"
	"fmt"
	"strings"
)

// This file checks apk's database of installed packages (apk-v2(5), "INSTALLED DATABASE").

func isApkDatabase(name string) bool { return strings.HasSuffix(name, "/lib/apk/db/installed") }

// apkIdentity are the fields that say what a package is: its name, version, architecture and origin.
const apkIdentity = "PVAo"

// checkApk refuses a database that says two things of what a package is: which of them counts depends on the reader.
func checkApk(installed []byte) error {
	said := map[byte]string{}
	for line := range bytes.Lines(installed) {
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			clear(said)
			continue
		}
		if len(line) < 2 || line[1] != ':' || strings.IndexByte(apkIdentity, line[0]) < 0 {
			continue
		}
		value := string(line[2:])
		if first, ok := said[line[0]]; ok && first != value {
			return fmt.Errorf("the package %.100q has the field %c twice, %.100q and %.100q", said['P'], line[0], first, value)
		}
		said[line[0]] = value
	}
	return nil
}
