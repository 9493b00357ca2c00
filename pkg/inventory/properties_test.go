package inventory

import "testing"

// What Java reads from a file of properties, and where syft reads the same.
func TestProperties(t *testing.T) {
	t.Parallel()
	const rest = "groupId=g\nversion=1\n"
	tests := []struct {
		name, text string
		plain      bool // syft reads it, too
	}{
		{"plain", rest + "artifactId=log4j-core\n", true},
		{"with a comment", "#Created by Maven\n" + rest + "artifactId=log4j-core", true},
		{"with blanks", rest + "  artifactId = log4j-core \t\n", true},
		{"with the line ends of Windows", "groupId=g\r\nversion=1\r\nartifactId=log4j-core\r\n", true},
		{"a colon", rest + "artifactId: log4j-core\n", true},
		{"no separator", rest + "artifactId log4j-core\n", false},
		{"a tab", rest + "artifactId\tlog4j-core\n", false},
		{"another comment", "! a\n" + rest + "artifactId=log4j-core\n", false},
		{"a comment that does not go on", "# a \\\n" + rest + "artifactId=log4j-core\n", true},
		{"a character by its number", rest + `artifactId=log4j\u002Dcore`, false},
		{"one with more letters", rest + `artifactId=log4j\uu002dcore`, false},
		{"a letter of a key by its number", rest + `\u0061rtifactId=log4j-core`, false},
		{"a backslash without a meaning", rest + `artifactId=log4j\-core`, false},
		{"one in a key", rest + `a\rtifactId=x` + "\n" + `\artifactId=log4j-core`, false},
		{"a line that goes on", rest + "artifactId=log4j\\\n   -core\n", false},
		{"a key that goes on", rest + "artifact\\\n\tId=log4j-core\n", false},
		{"a line that goes on over what looks like a comment", rest + "x=\\\n# \\\n\nartifactId=log4j-core\n", true},
		{"the line ends of old", "groupId=g\rversion=1\rartifactId=log4j-core\r", false},
		{"a separator in a key", rest + `x\=artifactId=a` + "\nartifactId=log4j-core\n", true},
		{"two values", rest + "artifactId=other\nartifactId=log4j-core\n", true},
		{"a backslash at the end", rest + "artifactId=log4j-core\nx=\\", true},
		{"two backslashes at the end of a line", rest + "x=\\\\\nartifactId=log4j-core\n", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := properties([]byte(tt.text))
			if got["groupId"] != "g" || got["version"] != "1" || got["artifactId"] != "log4j-core" {
				t.Errorf("properties() = %q", got)
			}
			if misread := isMisread([]byte(tt.text)); misread == tt.plain {
				t.Errorf("isMisread() = %t, want %t", misread, !tt.plain)
			}
		})
	}
	for text, want := range map[string]string{`a\tb\n\f\r`: "a\tb\n\f\r", `\\u0041`: `\u0041`, `\u00`: "u00", `a\`: "a"} {
		if got := unescaped(text); got != want {
			t.Errorf("unescaped(%q) = %q, want %q", text, got, want)
		}
	}
}
