// Package workflowtest reads workflows of GitHub Actions and says what makes them a way in: the rules of zizmor
// (docs.zizmor.sh) that matter to a project that publishes, as its tests need them. It is for the tests of this
// repository's own workflows and of the examples that others copy.
package workflowtest
