package strictjson_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/strictjson"
)

func TestUnmarshal(t *testing.T) {
	t.Parallel()
	cfg := strictjson.Config{Values: 100, Free: []string{"labels"}, Spelled: []string{"digest"}}
	tests := []struct {
		name, data, wantErr string
	}{
		{name: "plain", data: `{"layers":[1,{"size":2}],"config":{"size":1}}`},
		{name: "the same key", data: `{"a":1,"a":2}`, wantErr: `duplicate field "a"`},
		{name: "in another case", data: `{"layers":1,"Layers":2}`, wantErr: "duplicate field"},
		{name: "with a long s", data: `{"layers":1,"layer` + "\u017f" + `":2}`, wantErr: "duplicate field"},
		{name: "with an escaped long s", data: `{"layer\u017f":1,"layers":2}`, wantErr: "duplicate field"},
		{name: "with the Kelvin sign", data: `{"kind":1,"` + "\u212a" + `ind":2}`, wantErr: "duplicate field"},
		{name: "escaped", data: `{"a":1,"\u0061":2}`, wantErr: "duplicate field"},
		{name: "in a list", data: `[[{"a":1,"a":2}]]`, wantErr: "duplicate field"},
		{name: "keys of the author's choice", data: `{"labels":{"a":1,"A":2}}`},
		{name: "the same key of the author's choice", data: `{"labels":{"a":1,"a":2}}`, wantErr: "duplicate field"},
		{name: "not further down", data: `{"labels":{"a":{"b":1,"B":2}}}`, wantErr: "duplicate field"},
		{name: "many values", data: "[" + strings.Repeat("{},", 100) + "{}]", wantErr: "more than the 100 values"},
		{name: "deep", data: strings.Repeat("[", 70) + strings.Repeat("]", 70), wantErr: "nested too deeply"},
		{name: "a huge number", data: `{"a":` + strings.Repeat("9", 1000) + `}`, wantErr: "99…"},
		{name: "a long key", data: `{"` + strings.Repeat("a", 1000) + `":1,"` + strings.Repeat("a", 1000) + `":1}`, wantErr: `aa"`},
		{name: "a field in another spelling", data: `{"Digest":1}`, wantErr: `"Digest" is not spelled digest`},
		{name: "a field in its spelling", data: `{"digest":1}`},
		{name: "a key of the author's choice in another spelling", data: `{"labels":{"Digest":1}}`},
		{name: "truncated", data: `{"a":`, wantErr: "truncated"},
		{name: "empty", data: ``, wantErr: "truncated"},
		{name: "two documents", data: `{} {}`, wantErr: "after top-level value"},
		{name: "a closing bracket too many", data: `{}}`, wantErr: "after top-level value"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var into any
			err := cfg.Unmarshal([]byte(tt.data), &into)
			if (err == nil) != (tt.wantErr == "") || err != nil && !strings.Contains(err.Error(), tt.wantErr) {
				t.Errorf("Unmarshal(%s) = %v, want an error with %q", tt.data, err, tt.wantErr)
			}
			if err != nil && len(err.Error()) > 300 {
				t.Errorf("Unmarshal() = an error of %d bytes", len(err.Error()))
			}
		})
	}
}

// FuzzUnmarshal holds what is accepted against a reader that compares keys exactly: both must find the same fields.
func FuzzUnmarshal(f *testing.F) {
	for _, s := range []string{`{"layers":["a"]}`, `{"Layers":["a"],"layers":[]}`, "{\"layer\u017f\":[],\"layers\":[\"x\"]}", `{"layers":null,"x":{"layers":1}}`, `[]`, `{`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var folded struct{ Layers any }
		if (strictjson.Config{Values: 1000}).Unmarshal(data, &folded) != nil {
			return
		}
		var exact map[string]any
		if err := json.Unmarshal(data, &exact); err != nil {
			return // no object
		}
		if got, ok := exact["Layers"]; ok && fmt.Sprint(got) != fmt.Sprint(folded.Layers) {
			t.Errorf("%q: one reader sees %v, another %v", data, got, folded.Layers)
		}
	})
}

// Types are named in plain words, and callers still find the place.
func TestUnmarshalOfOtherTypes(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		`[]`:                    "the whole is a list, where an object is needed",
		`{"name": true}`:        `the field "name" is a boolean, where a string is needed`,
		`{"inner": {"n": 1.5}}`: `the field "inner.n" is the number 1.5, where a number is needed`,
		`{"list": {}}`:          `the field "list" is an object, where a list is needed`,
		`{"is": "x"}`:           `the field "is" is a string, where a boolean is needed`,
	} {
		var into struct {
			Name  string `json:"name"`
			List  []int  `json:"list"`
			Is    *bool  `json:"is"`
			Inner struct {
				N int `json:"n"`
			} `json:"inner"`
		}
		err := strictjson.Config{Values: 10}.Unmarshal([]byte(data), &into)
		var wrong *json.UnmarshalTypeError
		if err == nil || err.Error() != want || !errors.As(err, &wrong) {
			t.Errorf("Unmarshal(%s) = %v, want %s", data, err, want)
		}
	}
}
