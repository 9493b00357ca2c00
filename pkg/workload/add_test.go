package workload

import "testing"

// Fields that go into one object are written once, with the values of all that ask for them.
func TestJoin(t *testing.T) {
	t.Parallel()
	type field struct {
		missing []string
		value   any
	}
	tests := []struct {
		name   string
		fields []field
		style  Style
		alone  bool
		want   string
	}{
		{"one object", []field{{[]string{"a", "b"}, true}, {[]string{"a", "c", "d"}, 1}, {[]string{"a", "c", "e"}, 2}}, Block, false, "a:\n  b: true\n  c:\n    d: 1\n    e: 2\n"},
		{"two objects", []field{{[]string{"a", "b"}, true}, {[]string{"c"}, 1}}, Block, false, "a:\n  b: true\nc: 1\n"},
		{"lists", []field{{[]string{"a"}, []string{"x", "y"}}, {[]string{"a"}, []any{"y", []Entry{{"z", 1}}}}}, Block, false, "a: [\"x\", \"y\", {\"z\": 1}]\n"},
		{"values that differ", []field{{[]string{"a"}, "first"}, {[]string{"a"}, "second"}}, Block, false, "a: \"first\"\n"},
		{"an object and a value", []field{{[]string{"a"}, "first"}, {[]string{"a", "b"}, 1}}, Block, false, "a: \"first\"\n"},
		{"in braces", []field{{[]string{"a", "b"}, 1}, {[]string{"a", "c"}, 2}, {[]string{"d"}, 3}}, Braces, false, "\"a\": {\"b\": 1, \"c\": 2},\n\"d\": 3,\n"},
		{"in empty braces", []field{{[]string{"a"}, 1}, {[]string{"b"}, 2}}, Inline, true, `"a": 1, "b": 2`},
		{"on one line", []field{{[]string{"a"}, 1}}, Inline, false, `"a": 1, `},
		{"nowhere", []field{{[]string{"a"}, 1}}, Opaque, false, ""},
		{"nothing missing", []field{{nil, 1}}, Block, false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := Place{Style: tt.style, Step: 2, Alone: tt.alone}
			var fields []Entry
			for _, f := range tt.fields {
				p.Missing = f.missing
				before := p.AddAll(fields)
				joined := p.Join(fields, f.value)
				if after := p.AddAll(fields); after != before {
					t.Errorf("Join(%v) changed the fields that it got from %q to %q", f.missing, before, after)
				}
				fields = joined
			}
			if got := p.AddAll(fields); got != tt.want {
				t.Errorf("AddAll(%v) = %q, want %q", fields, got, tt.want)
			}
		})
	}
}
