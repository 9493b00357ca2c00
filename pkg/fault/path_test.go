package fault

import (
	"runtime"
	"strings"
	"testing"
)

func TestHintPath(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ path, want string }{
		{`C:\x\image.tar`, `C:\x\image.tar is a path of Windows`},
		{"d:/a/image.tar", "d:/a/image.tar is a path of Windows"},
		{`\\server\share\app.tar`, "is a path of Windows"},
		{`.\image.tar`, `\ does not part directories: write ./image.tar`},
		{`build\out\app.tar`, "write build/out/app.tar"},
		{"image.tar", "name another"},
		{"/mnt/c/image.tar", "name another"},
		{"c:1.2", "name another"},
		{"1:/x", "name another"},
		{"é:/x", "name another"},
		{"", "name another"},
	} {
		if got := hintPath(tt.path, Hintf("name another")).String(); !strings.Contains(got, tt.want) {
			t.Errorf("hintPath(%s) = %q, want %q", tt.path, got, tt.want)
		}
	}
	windows := runtime.GOOS == "windows"
	if got := HintPath(`.\image.tar`, "name another").String(); (got == "name another") != windows {
		t.Errorf("HintPath() on %s = %q", runtime.GOOS, got)
	}
}
