package main

import (
	"os"
	"os/exec"
	"testing"
)

func TestResident(t *testing.T) {
	t.Parallel()
	if got := resident(os.Getpid()); got.own <= 0 || got.shared <= 0 {
		t.Errorf("resident() = %+v, want some of its own and some of files", got)
	}
	ended := exec.Command(os.Args[0], "-test.run=^$")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	if got := resident(ended.Process.Pid); got != (held{}) {
		t.Errorf("resident() of a process that has ended = %+v, want nothing", got)
	}
}

// What processes share counts once, and what each has for itself as often as it is there.
func TestHeldAnd(t *testing.T) {
	t.Parallel()
	if got, want := (held{1, 5}).and(held{2, 3}), (held{3, 5}); got != want {
		t.Errorf("and() = %+v, want %+v", got, want)
	}
}
