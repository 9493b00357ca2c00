package gate

import (
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/match"
	"github.com/layergate/layergate/pkg/report"
)

// coverage says in a report how deep a platform was looked into.
func coverage(inv *inventory.Inventory, lookedUp []match.LookedUp) report.Coverage {
	looked := inv.Looked
	out := report.Coverage{
		Files: looked.Files, PackageFiles: looked.PackageFiles, Data: looked.Data,
		Executables: report.Executables{Files: looked.Executables, Unowned: looked.Unowned},
	}
	for _, l := range lookedUp {
		out.LookedUp = append(out.LookedUp, report.LookedUp(l))
	}
	for _, e := range looked.Largest {
		out.Executables.Largest = append(out.Executables.Largest, report.Executable(e))
	}
	for _, list := range [][]inventory.Gap{inv.Unreadable, inv.Unread, inv.Unidentified} {
		for _, g := range list {
			out.Unread = append(out.Unread, report.Unread{Path: g.Path, Layer: g.Layer, Reason: g.Reason})
		}
	}
	return out
}
