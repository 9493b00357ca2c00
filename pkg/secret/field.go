package secret

// field is a pair of an object of JSON whose value is a string, also where no blank follows the colon.
var field = once(`"([A-Za-z_][\w.-]*)"\s*:\s*"((?:[^"\\\n]|\\.)*)"`)

// fields lists the secrets among the fields of a file of settings in JSON.
func fields(text string) []match {
	var out []match
	for _, at := range field().FindAllStringSubmatchIndex(text, -1) {
		name, value := text[at[2]:at[3]], text[at[4]:at[5]]
		found := given(name, value, at[4])
		for _, m := range authorization(name, value) {
			m.start, m.end, m.name = m.start+at[4], m.end+at[4], name
			found = append(found, m)
		}
		out = append(out, found...)
	}
	return out
}
