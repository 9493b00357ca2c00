package strictjson_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/strictjson"
)

const document = `{"é": 1, "list": [
	{"a": "x", "b":
		true}, 2]
}`

func TestWalk(t *testing.T) {
	t.Parallel()
	type place struct {
		Path, Form string
		Key, At    strictjson.Position
	}
	at := func(line, column int) strictjson.Position { return strictjson.Position{Line: line, Column: column} }
	want := []place{
		{"", "", at(1, 1), at(1, 1)},
		{"é", "é", at(1, 2), at(1, 7)},
		{"list", "list", at(1, 10), at(1, 18)},
		{"list[0]", "list", at(2, 2), at(2, 2)},
		{"list[0].a", "list.a", at(2, 3), at(2, 8)},
		{"list[0].b", "list.b", at(2, 13), at(3, 3)},
		{"list[1]", "list", at(3, 10), at(3, 10)},
	}
	var got []place
	strictjson.Walk([]byte(document), -1, func(v strictjson.Value) { got = append(got, place{v.Path, v.Form, v.Key, v.Position}) })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Walk() (-want +got):\n%s", diff)
	}
	got = nil
	strictjson.Walk([]byte(document), 1, func(v strictjson.Value) { got = append(got, place{v.Path, v.Form, v.Key, v.Position}) })
	if diff := cmp.Diff(want[:3], got); diff != "" {
		t.Errorf("Walk() to depth 1 (-want +got):\n%s", diff)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]strictjson.Position{
		"":             {Line: 1, Column: 1},
		"list[0].b":    {Line: 3, Column: 3},
		"list[0].none": {Line: 2, Column: 2}, // the object around it
		"lis":          {Line: 1, Column: 1},
	} {
		if got := strictjson.Find([]byte(document), path); got != want {
			t.Errorf("Find(%q) = %v, want %v", path, got, want)
		}
	}
}

func TestPositionAt(t *testing.T) {
	t.Parallel()
	for offset, want := range map[int64]strictjson.Position{
		-1: {Line: 1, Column: 1}, 0: {Line: 1, Column: 1}, 5: {Line: 1, Column: 5}, 20: {Line: 2, Column: 1}, 1000: {Line: 4, Column: 2},
	} {
		if got := strictjson.PositionAt([]byte(document), offset); got != want {
			t.Errorf("PositionAt(%d) = %v, want %v", offset, got, want)
		}
	}
}
