//go:build !unix

package main

import (
	"fmt"
	"os"
	"strings"
)

// restart gives this process another environment, where a process cannot take the place of another. What libraries read
// before main began they have read; the task's launcher seals the environment before that.
func restart(environ []string) error {
	os.Clearenv()
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		if err := os.Setenv(name, value); err != nil {
			return fmt.Errorf("setting the environment variable %s: %w", name, err)
		}
	}
	return nil
}
