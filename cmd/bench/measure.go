package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"time"
)

// sample is one run of a program.
type sample struct {
	wall, cpu time.Duration
	peak      int64 // the most memory that was resident, in bytes
}

// run runs a program to its end. An exit code of 1 says that something was found, which is not an error here.
func run(env []string, name string, args ...string) (sample, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	var out bytes.Buffer
	cmd.Stderr = &out
	start := time.Now()
	err := cmd.Run()
	s := sample{wall: time.Since(start)}
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() > 1 || cmd.ProcessState.ExitCode() < 0 {
		return s, fmt.Errorf("%s: %w\n%s", name, err, out.Bytes())
	}
	s.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if s.peak, err = peakMemory(cmd.ProcessState); err != nil {
		return s, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// hashing measures what it takes to read a file and compute its SHA-256, as a floor for everything that verifies it.
func hashing(path string) (sample, error) {
	f, err := os.Open(path)
	if err != nil {
		return sample{}, err
	}
	defer f.Close()
	start, before := time.Now(), processTime()
	_, err = io.CopyBuffer(struct{ io.Writer }{sha256.New()}, struct{ io.Reader }{f}, make([]byte, 1<<20))
	return sample{wall: time.Since(start), cpu: processTime() - before}, err
}

// median takes each measure's middle value by itself.
func median(samples []sample) sample {
	return sample{
		wall: middle(samples, func(s sample) time.Duration { return s.wall }),
		cpu:  middle(samples, func(s sample) time.Duration { return s.cpu }),
		peak: middle(samples, func(s sample) int64 { return s.peak }),
	}
}

func middle[T int64 | time.Duration](samples []sample, of func(sample) T) T {
	var values []T
	for _, s := range samples {
		values = append(values, of(s))
	}
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[len(values)/2]
}
