// Package osv turns advisories in OSV format (ossf.github.io/osv-schema) into the rows of a grype database, and builds
// such a database, for a company's own advisories and for tests.
//
// It does not read databases: that is pkg/vulndb, which does not know this package.
package osv
