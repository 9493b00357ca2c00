package builder

import (
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
)

// field is one NAME=VALUE of an option that has several, separated by commas.
type field struct {
	name, value string
}

// fields takes an option apart. A part that holds a comma is quoted, as in CSV. Messages name no values, for an option
// may hold a secret.
func fields(option string) ([]field, error) {
	reader := csv.NewReader(strings.NewReader(option))
	parts, err := reader.Read()
	if err != nil {
		return nil, errors.New("it is not a list of NAME=VALUE, separated by commas")
	}
	var out []field
	for i, part := range parts {
		name, value, found := strings.Cut(part, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if !found || name == "" {
			return nil, fmt.Errorf("its part %d is not NAME=VALUE", i+1)
		}
		out = append(out, field{name, value})
	}
	return out, nil
}
