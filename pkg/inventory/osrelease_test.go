package inventory

import "testing"

func TestShellValue(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text, want string
		whole      bool
	}{
		{`debian`, `debian`, true},
		{`"debian"`, `debian`, true},
		{`'debian'`, `debian`, true},
		{`"Debian GNU/Linux 12"`, `Debian GNU/Linux 12`, true},
		{`'it is "it"'`, `it is "it"`, true},
		{`"it's"`, `it's`, true},
		{`'a'"b"c`, `abc`, true},
		{`"a\"b\$c\n"`, `a"b$c\n`, true},
		{`'a\b'`, `a\b`, true},
		{`deb\ian`, `debian`, true},
		{`debian # 12`, `debian`, true},
		{`"12" # of 2023`, `12`, true},
		{`a#b`, `a#b`, true},
		{`Debian 12`, `Debian 12`, true},
		{``, ``, true},
		{`'debian`, `debian`, false},
		{`a\`, `a\`, true},
	}
	for _, tt := range tests {
		if got, whole := shellValue(tt.text); got != tt.want || whole != tt.whole {
			t.Errorf("shellValue(%s) = %s, %t, want %s, %t", tt.text, got, whole, tt.want, tt.whole)
		}
	}
}

func TestWithPlainValues(t *testing.T) {
	t.Parallel()
	const in = "# ID='a'\nID='debian'\n\nNAME='a\"b$c\\'\n  VERSION_ID=12\nBAD='x\nword\n"
	const want = "# ID='a'\nID=\"debian\"\n\nNAME=\"a\\\"b\\$c\\\\\"\nVERSION_ID=\"12\"\nBAD='x\nword\n"
	if got, err := withPlainValues("/etc/os-release", []byte(in)); err != nil || string(got) != want {
		t.Errorf("withPlainValues() = %q, %v, want %q", got, err, want)
	}
}
