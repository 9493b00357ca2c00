package main

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// peakMemory is the most memory of a process that has ended that was resident, in bytes.
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
