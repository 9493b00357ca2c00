package main

import (
	"os"
	"os/exec"
	"testing"
)

// What processes share counts once, and what each has for itself as often as it is there.
func TestResident(t *testing.T) {
	t.Parallel()
	own, shared := resident(os.Getpid())
	if own <= 0 || shared <= 0 {
		t.Errorf("resident() = %d bytes and %d of files, want some of each", own, shared)
	}
	ended := exec.Command(os.Args[0], "-test.run=^$")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	if own, shared := resident(ended.Process.Pid); own != 0 || shared != 0 {
		t.Errorf("resident() of a process that has ended = %d and %d bytes, want none", own, shared)
	}
}
