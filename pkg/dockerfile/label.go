package dockerfile

import (
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// BaseOf returns the image that the stage which is built begins with. ok is false where there is no such stage.
func (f *File) BaseOf(b Build) (base Base, ok bool) {
	targets, err := f.targets(b.Target)
	if err != nil {
		return Base{}, false
	}
	return f.chain(targets[0], b).base, true
}

// SetsLabel tells whether a LABEL instruction of the file may set a label, in whichever stage.
func (f *File) SetsLabel(name string) bool {
	for _, s := range f.stages {
		for _, c := range s.commands {
			label, ok := c.(*instructions.LabelCommand)
			if !ok {
				continue
			}
			for _, kv := range label.Labels {
				if kv.Key == name || variable.MatchString(kv.Key) {
					return true
				}
			}
		}
	}
	return false
}
