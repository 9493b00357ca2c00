package secret

// setsPassword matches statements that set the password of a user: of MySQL and its kin, and of PostgreSQL. The history of MySQL has \040 for a blank.
var setsPassword = once(`(?i)\b(?:identified(?:\s|\\040)+(?:with(?:\s|\\040)+\S+?(?:\s|\\040)+)?by|` +
	`(?:create|alter)(?:\s|\\040)+(?:user|role|login|group)\b[^;\n]*?\bpassword|` +
	`set(?:\s|\\040)+password\b[^;\n]*?=)(?:\s|\\040|=)*(?:password)?(?:\s|\\040|\()*["']([^"'\n]+)["']`)

// inSQL lists the passwords in statements of SQL that set one.
func inSQL(text string) []match {
	var out []match
	for _, at := range setsPassword().FindAllStringSubmatchIndex(text, -1) {
		if value := text[at[2]:at[3]]; password.believable(value) {
			out = append(out, match{start: at[2], end: at[3], typ: "a password of a database", value: value})
		}
	}
	return out
}
