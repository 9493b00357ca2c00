package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"
)

// table collects the measurements as rows of a Markdown table.
type table struct{ lines []string }

// row adds a line of medians, and how they compare with those of other samples where there are any.
func (t *table) row(name string, samples, with []sample) {
	m := median(samples)
	ratios := [3]string{}
	if len(with) > 0 {
		o := median(with)
		ratios = [3]string{ratio(m.wall, o.wall), ratio(m.cpu, o.cpu), ratio(m.peak, o.peak)}
	}
	t.lines = append(t.lines, fmt.Sprintf("| %s | %s%s | %s%s | %d MB%s |",
		name, seconds(m.wall), ratios[0], seconds(m.cpu), ratios[1], m.peak/1e6, ratios[2]))
	logf("%s", t.lines[len(t.lines)-1])
}

func ratio[T int64 | time.Duration](a, b T) string {
	if b == 0 {
		return ""
	}
	return fmt.Sprintf(" (×%.2f)", float64(a)/float64(b))
}

func (t *table) write(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s, %d cores, %s; medians, and × the row that it is compared with\n\n| | wall | processor | peak memory |\n|---|---|---|---|\n%s\n",
		time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.Version(), strings.Join(t.lines, "\n"))
	return err
}
