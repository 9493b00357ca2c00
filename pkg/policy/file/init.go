package file

import _ "embed"

//go:embed start.yaml
var start string

// Start is a policy file to start from: the strictest policy, with the other choices in comments.
func Start() []byte { return []byte(start) }
