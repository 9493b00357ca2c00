package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// peakMemory is the most memory, in bytes, that was resident in a process that has ended, or in one of those that it waited
// for, whichever had more.
func peakMemory(ended *os.ProcessState) (int64, error) {
	usage, ok := ended.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, errors.New("the system does not tell what the process used")
	}
	return usage.Maxrss * 1024, nil // getrusage(2) counts in KiB
}

// processTime is the processor time that this process has used so far; 0 where the system does not tell.
func processTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// watchInterval is how often the memory of running processes is looked at. It costs a thousandth of one core.
const watchInterval = 10 * time.Millisecond

// watchMemory looks, from time to time, at what is resident in a process and those that it started. The function that it
// returns ends that, and tells the most in bytes.
func watchMemory(pid int) func() int64 {
	stop, most := make(chan struct{}), make(chan int64)
	go func() {
		tick := time.NewTicker(watchInterval)
		defer tick.Stop()
		var top int64
		for {
			select {
			case <-stop:
				most <- top
				return
			case <-tick.C:
				m := resident(pid)
				top = max(top, m.own+m.shared)
			}
		}
	}()
	return func() int64 { close(stop); return <-most }
}

// held is what is resident of processes, in bytes: what each has for itself, together, and the most that one of them has of files,
// which they share, since the program is the same.
type held struct{ own, shared int64 }

// and adds other processes.
func (m held) and(others held) held {
	return held{m.own + others.own, max(m.shared, others.shared)}
}

// resident is the memory of a process and of those that it started (proc(5)); nothing for one that has ended.
func resident(pid int) held {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return held{}
	}
	var out held
	if fields := strings.Fields(string(raw)); len(fields) > 2 {
		pages, _ := strconv.ParseInt(fields[1], 10, 64) // the kernel writes numbers
		ofFiles, _ := strconv.ParseInt(fields[2], 10, 64)
		size := int64(os.Getpagesize())
		out = held{(pages - ofFiles) * size, ofFiles * size}
	}
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is a good one
	for _, list := range lists {
		raw, _ := os.ReadFile(list) // a thread may have ended
		for word := range strings.FieldsSeq(string(raw)) {
			if child, err := strconv.Atoi(word); err == nil {
				out = out.and(resident(child))
			}
		}
	}
	return out
}
