package main

import (
	"fmt"
	"time"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
)

// parseAge reads the value of a flag that is an age. None is 0.
func parseAge(flag, text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	age, err := input.ParseDuration(text)
	if err != nil || age == 0 {
		return 0, fault.Request(fmt.Errorf("%s %q is no age", flag, text), input.DurationHint)
	}
	return age, nil
}
