package osv

import (
	"context"
	"errors"
	"fmt"

	"github.com/anchore/grype/grype/db/data"
	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/db/v6/build/transformers"

	"github.com/layergate/layergate/pkg/anchore"
)

// writeRaw writes the rows of a database down in dir, with grype's own store.
func writeRaw(ctx context.Context, dir string, entries []data.Entry) (err error) {
	store, err := v6.NewWriter(v6.Config{DBDirPath: dir})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return anchore.InTransaction(store, func() error { return writeEntries(ctx, store, entries) })
}

// writeEntries writes the advisories and providers, and then what belongs to them.
func writeEntries(ctx context.Context, store v6.ReadWriter, entries []data.Entry) error {
	for _, write := range []func(v6.ReadWriter, transformers.RelatedEntries) error{writeHead, writeRelated} {
		for _, e := range entries {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := write(store, e.Data.(transformers.RelatedEntries)); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeHead writes an advisory, which gets its row ID, with its provider, or a provider alone.
func writeHead(store v6.ReadWriter, of transformers.RelatedEntries) error {
	switch {
	case of.VulnerabilityHandle != nil:
		return store.AddVulnerabilities(of.VulnerabilityHandle)
	case of.Provider != nil:
		return store.AddProvider(*of.Provider)
	}
	return nil
}

// writeRelated writes what an advisory affects, or what a provider says.
func writeRelated(store v6.ReadWriter, of transformers.RelatedEntries) (err error) {
	for _, related := range of.Related {
		switch row := related.(type) {
		case v6.AffectedPackageHandle:
			row.VulnerabilityID = of.VulnerabilityHandle.ID
			err = store.AddAffectedPackages(&row)
		case v6.KnownExploitedVulnerabilityHandle:
			err = store.AddKnownExploitedVulnerabilities(&row)
		case v6.EpssHandle:
			err = store.AddEpss(&row)
		case v6.CWEHandle:
			err = store.AddCWE(&row)
		case v6.OperatingSystemEOLHandle:
			release := v6.OSSpecifier{Name: row.Name, MajorVersion: row.MajorVersion, MinorVersion: row.MinorVersion, LabelVersion: row.Codename}
			_, err = store.UpdateOperatingSystemEOL(release, row.EOLDate, row.EOASDate)
		default:
			err = fmt.Errorf("there is no table for a %T", row)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
