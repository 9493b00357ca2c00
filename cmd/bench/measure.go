package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"
)

// sample is one run of a program. Each field is measured, and JSON has them by these names.
type sample struct {
	Wall     float64 `json:"wallSeconds"`
	CPU      float64 `json:"processorSeconds"` // of all processes of the program
	Peak     float64 `json:"peakBytes"`        // the most memory that was resident in all of them together
	Received float64 `json:"receivedBytes,omitempty"`
	Requests float64 `json:"requests,omitempty"` // to the registry
}

// quantity is one measure of a sample.
type quantity func(sample) float64

func wall(s sample) float64     { return s.Wall }
func cpu(s sample) float64      { return s.CPU }
func peak(s sample) float64     { return s.Peak }
func received(s sample) float64 { return s.Received }
func requests(s sample) float64 { return s.Requests }

// median is the middle value of a measure, or the mean of both middle values; 0 where there are no samples.
func median(samples []sample, of quantity) float64 {
	var values []float64
	for _, s := range samples {
		values = append(values, of(s))
	}
	return middle(values)
}

func middle(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// contender is something that is measured in turn with others.
type contender struct {
	name, title string
	run         func() (sample, error)
}

// inTurn measures the contenders one after the other, so many times (A B A B), so that what else the machine does meets all of
// them. It returns the samples of each by name, in the order of the rounds.
func inTurn(rounds int, contenders []contender) (map[string][]sample, error) {
	out := map[string][]sample{}
	for i := range rounds {
		for _, c := range contenders {
			s, err := c.run()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			logf("  %d/%d %s: %.3f s", i+1, rounds, c.name, s.Wall)
			out[c.name] = append(out[c.name], s)
		}
	}
	return out, nil
}

// run runs a program to its end. An exit code of 1 says that something was found, which is not an error here.
func run(env []string, name string, args ...string) (sample, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return sample{}, err
	}
	watch := watchMemory(cmd.Process.Pid)
	err := cmd.Wait()
	s := sample{Wall: time.Since(start).Seconds()}
	sum := watch()
	if code := cmd.ProcessState.ExitCode(); code > 1 || code < 0 {
		return s, fmt.Errorf("%s: %w\n%s", name, cmp.Or(err, os.ErrProcessDone), out.Bytes())
	}
	s.CPU = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	largest, err := peakMemory(cmd.ProcessState)
	if err != nil {
		return s, fmt.Errorf("%s: %w", name, err)
	}
	s.Peak = float64(max(largest, sum))
	return s, nil
}

// timed measures work of this process.
func timed(work func() error) (sample, error) {
	start, before := time.Now(), processTime()
	err := work()
	return sample{Wall: time.Since(start).Seconds(), CPU: (processTime() - before).Seconds()}, err
}
