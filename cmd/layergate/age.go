package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/fault"
)

// parseAge reads the value of a flag that is an age: a number of days, such as 7d, or a Go duration. None is 0.
func parseAge(flag, text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil && n > 0 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	} else if age, err := time.ParseDuration(text); err == nil && age > 0 {
		return age, nil
	}
	return 0, fault.Request(fmt.Errorf("%s %q is no age", flag, text), "write a number of days, such as 7d, or hours, such as 36h")
}
