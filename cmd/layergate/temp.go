package main

import (
	"fmt"
	"os"

	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
)

// makeTempDir makes the run's directory for temporary files, which the caller removes. That it cannot be made where an input wants it is a
// wrong request, unless the disk is full.
func makeTempDir(in *input.Values) (string, error) {
	dir, err := os.MkdirTemp(in.String("temp-dir"), "layergate-")
	if err == nil {
		return dir, nil
	}
	err = fmt.Errorf("making a directory for temporary files: %w", err)
	if in.String("temp-dir") == "" || disk.Refused(err) {
		return "", err
	}
	return "", fault.Request(err, fault.Hintf("name a directory that is there and can be written to with %s", fault.Input("temp-dir")))
}
