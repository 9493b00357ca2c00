package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/report"
)

// auditSARIF begins the names of the files that an audit writes for code scanning, one for each image: a service that reads several runs
// of one file takes 20 of them, and shortens all by one limit.
const auditSARIF = "layergate-audit-"

// prepareSARIF makes the directory for those files, without what an earlier audit left there; an empty name stands for none.
func prepareSARIF(dir string) error {
	if dir == "" {
		return nil
	}
	if leavesProject(dir) {
		return fault.Request(fmt.Errorf("--sarif-dir %s leads through a link out of the project", dir), "name the directory by its own path")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fault.Request(fmt.Errorf("--sarif-dir: %w", err), "name a directory that can be written to")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fault.Request(fmt.Errorf("--sarif-dir: %w", err), "name a directory that can be read")
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), auditSARIF) && strings.HasSuffix(e.Name(), ".sarif") && e.Type().IsRegular() {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return fmt.Errorf("removing the SARIF of an earlier audit: %w", err)
			}
		}
	}
	return nil
}

// writeSARIF writes what was found in the image of a reference for code scanning. The tag is the category there, so that what is mended
// closes its alerts; an image without a tag has its digest.
func writeSARIF(dir, reference string, rep *report.Report) error {
	if dir == "" {
		return nil
	}
	named := *rep
	named.Series = reference
	if of := imageref.Split(reference); of.Tag != "" {
		named.Series = of.Repository + ":" + of.Tag
	}
	path := filepath.Join(dir, sarifName(named.Series))
	if err := disk.Replace(path, func(w io.Writer) error { return report.SARIF(w, &named) }); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

var noFileName = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// sarifName names the file of an image: legibly, and no two images in one way.
func sarifName(image string) string {
	sum := sha256.Sum256([]byte(image))
	legible := noFileName.ReplaceAllString(image, "-")
	return auditSARIF + legible[max(0, len(legible)-100):] + "-" + hex.EncodeToString(sum[:6]) + ".sarif"
}
