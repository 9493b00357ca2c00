package vulndb

import (
	"context"
	"slices"

	syftpkg "github.com/anchore/syft/syft/pkg"
)

// Coordinates lists the packages of Maven of which the database or own advisories know anything, as group:artifact. They are sorted.
func (db *DB) Coordinates(ctx context.Context) ([]string, error) {
	names, err := db.coordinates(ctx)
	if err != nil || db.own == nil {
		return names, err
	}
	own, err := db.own.coordinates(ctx)
	if err != nil {
		return nil, err
	}
	names = slices.Concat(names, own)
	slices.Sort(names)
	return slices.Compact(names), nil
}

func (db *DB) coordinates(ctx context.Context) ([]string, error) {
	low, err := db.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer low.close()
	ecosystems, err := low.ecosystems([]string{string(syftpkg.JavaPkg)})
	if err != nil {
		return nil, err
	}
	return remembered(low.counts, "names of Maven", func() (names []string, err error) {
		err = low.Table("packages").Where("ecosystem = ? COLLATE NOCASE", ecosystems[0]).Distinct().Order("name").Pluck("name", &names).Error
		if err != nil {
			return nil, counting(err)
		}
		return names, nil
	})
}
