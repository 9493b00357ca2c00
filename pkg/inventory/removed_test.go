package inventory_test

import (
	"testing"

	"github.com/layergate/layergate/pkg/imagetest"
)

// A package of which dpkg says that only its configuration is left, or nothing, is there where its list of files says
// otherwise: dpkg takes them out of the list as it removes them.
func TestRemovedByWord(t *testing.T) {
	t.Parallel()
	removed := func(status string, fields ...string) imagetest.File {
		return dpkgStatus(deb("base=1"), deb("tool=1", append([]string{"Status: " + status}, fields...)...))
	}
	program := executable("usr/bin/tool", "tool")
	tests := []edited{
		{"its program is there", [][]imagetest.File{{osRelease("12"), removed("deinstall ok config-files"), list("tool", "/usr/bin/tool"), program}}, []string{"base 1", "tool 1"}},
		{"its data is there", [][]imagetest.File{{osRelease("12"), removed("deinstall ok config-files"), list("tool", "/usr/share/tool/data"), file("usr/share/tool/data", "x")}}, []string{"base 1", "tool 1"}},
		{"its program is there, of one architecture", [][]imagetest.File{{osRelease("12"), removed("purge ok not-installed"), list("tool:amd64", "/usr/bin/tool"), program}}, []string{"base 1", "tool 1"}},
		{"in a chroot", [][]imagetest.File{below("srv", []imagetest.File{osRelease("12"), removed("deinstall ok config-files"), list("tool", "/usr/bin/tool"), program})}, []string{"base 1", "tool 1"}},
		{"it is there in the next layer, too", [][]imagetest.File{{osRelease("12"), removed("deinstall ok config-files"), list("tool", "/usr/bin/tool"), program}, {removed("deinstall ok config-files", "Priority: optional")}}, []string{"base 1", "tool 1, hidden by 1"}},
		{"its program is gone", [][]imagetest.File{{osRelease("12"), removed("deinstall ok config-files"), list("tool", "/usr/bin/tool")}}, []string{"base 1"}},
		{"its configuration is there", [][]imagetest.File{{osRelease("12"), removed("deinstall ok config-files", "Conffiles:\n /opt/tool.conf 0123456789abcdef0123456789abcdef"), list("tool", "/etc/tool.conf", "/opt/tool.conf"), file("etc/tool.conf", "x"), file("opt/tool.conf", "x")}}, []string{"base 1"}},
		{"a program that it does not list is there", [][]imagetest.File{{osRelease("12"), removed("deinstall ok config-files"), list("tool", "/etc/tool.conf"), file("etc/tool.conf", "x"), program}}, []string{"base 1"}},
		{"no list", [][]imagetest.File{{osRelease("12"), removed("deinstall ok config-files"), program}}, []string{"base 1"}},
		{"a later layer says so", [][]imagetest.File{{osRelease("12"), dpkgStatus(deb("base=1"), deb("tool=1")), list("tool", "/usr/bin/tool"), program}, {removed("deinstall ok config-files")}}, []string{"base 1", "tool 1, hidden by 1"}},
		{"a later layer removes it", [][]imagetest.File{
			{osRelease("12"), dpkgStatus(deb("base=1"), deb("tool=1")), list("tool", "/usr/bin/tool", "/etc/tool.conf"), program, file("etc/tool.conf", "x")},
			{removed("deinstall ok config-files"), list("tool", "/etc/tool.conf"), whiteout("usr/bin/tool")},
		}, []string{"base 1"}},
	}
	checkThere(t, tests)
}
