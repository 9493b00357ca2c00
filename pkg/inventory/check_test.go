package inventory_test

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// What another process says of an image is used only where it can be so.
func TestCheck(t *testing.T) {
	t.Parallel()
	const layers = 2
	tests := []struct {
		name   string
		change func(*inventory.Inventory)
		want   string // none where empty
	}{
		{name: "as it should be", change: func(*inventory.Inventory) {}},
		{name: "no name", change: func(i *inventory.Inventory) { i.Packages[0].Name = "" }, want: "no name or no version"},
		{name: "no version", change: func(i *inventory.Inventory) { i.Packages[1].Version = "" }, want: "no name or no version"},
		{name: "a state of its own", change: func(i *inventory.Inventory) { i.Packages[0].State = "gone" }, want: `in the state "gone"`},
		{name: "a layer above", change: func(i *inventory.Inventory) { i.Packages[0].Layer = layers }, want: "in layer 2 of 2"},
		{name: "a layer below", change: func(i *inventory.Inventory) { i.Packages[0].Layer = -1 }, want: "in layer -1"},
		{name: "hidden from above", change: func(i *inventory.Inventory) { i.Packages[0].HiddenBy = layers }, want: "layer 2 of 2 hides it"},
		{name: "an owner behind the end", change: func(i *inventory.Inventory) { i.Packages[0].Owners = []int{2} }, want: "package 2 of 2 owns it"},
		{name: "an owner before the beginning", change: func(i *inventory.Inventory) { i.Packages[0].Owners = []int{-1} }, want: "package -1"},
		{name: "an owner that is gone", change: func(i *inventory.Inventory) { i.Packages[0].Owners = []int{1}; i.Packages[1].State = finding.Shadowed }, want: "is not"},
		{name: "more executables than files", change: func(i *inventory.Inventory) { i.Looked.Executables = 9 }, want: "9 are executables"},
		{name: "less than none", change: func(i *inventory.Inventory) { i.Looked.PackageFiles = -1 }, want: "-1 gave packages"},
		{name: "data with executables", change: func(i *inventory.Inventory) { i.Looked.Data = true }, want: "all are said to be data"},
		{name: "an executable of no layer", change: func(i *inventory.Inventory) { i.Looked.Largest[0].Layer = layers }, want: "in layer 2 of 2"},
		{name: "unreadable in a layer above", change: func(i *inventory.Inventory) { i.Unreadable[0].Layer = layers }, want: `"/broken.jar", which was not read, is in layer 2 of 2`},
		{name: "unread in a layer above", change: func(i *inventory.Inventory) { i.Unread[0].Layer = layers }, want: "in layer 2 of 2"},
		{name: "unidentified in a layer below", change: func(i *inventory.Inventory) { i.Unidentified[0].Layer = -1 }, want: "in layer -1 of 2"},
		{name: "too many executables", change: func(i *inventory.Inventory) { i.Looked.Largest = make([]inventory.Executable, 11) }, want: "names 11"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := inventory.Package{Package: finding.Package{Name: "a", Version: "1"}, State: finding.Visible}
			inv := &inventory.Inventory{
				Packages:   []inventory.Package{p, p},
				Unreadable: []inventory.Gap{{Path: "/broken.jar", Layer: 1}}, Unread: []inventory.Gap{{Path: "/a.asar"}}, Unidentified: []inventory.Gap{{Path: "/a.tar"}},
				Looked: inventory.Looked{Files: 3, PackageFiles: 2, Executables: 1, Unowned: 1, Largest: []inventory.Executable{{Path: "/x"}}},
			}
			tt.change(inv)
			err := inv.Check(layers)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Check() = %v, want an error with %q", err, tt.want)
			}
		})
	}
}
