package finding

// Check describes a violation of a rule: what the rule saw and what it allows.
type Check struct {
	Saw   string `json:"saw"`   // such as: the user is root
	Wants string `json:"wants"` // what to do about it, such as: set USER to another one
	// Resource is the object of a manifest, such as Deployment/web; empty in an image.
	Resource string `json:"resource,omitempty"`
	// Container is the name of the container in Resource; empty where the rule is about the whole of it.
	Container string `json:"container,omitempty"`
	// Field names what the rule judged in the container, else the resource, else the file or image configuration, so
	// that it stays the same when others are added: a field's path, a variable's name, a digest of a secret.
	Field string `json:"field,omitempty"`
}
