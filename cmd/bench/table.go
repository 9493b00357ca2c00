package main

import (
	"fmt"
	"io"
	"strings"
)

// write prints the goals with what was reached, and below that everything that was measured, as Markdown.
func (r results) write(w io.Writer, heading string) error {
	var b strings.Builder
	b.WriteString(heading + "\n\n| work | goal | measured | of the goal |\n|---|---|---|---|\n")
	for _, g := range goals() {
		measured, share := "not measured", ""
		if value, ok := g.value(r); ok {
			measured, share = "×"+number(value), fmt.Sprintf("×%.2f", value/g.limit)
			if g.unit != "" {
				measured = number(value) + g.unit
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", g.row, g.text, measured, share)
	}
	b.WriteString("\n| | wall | processor | peak memory | × hashing on one core | × on all cores | from the registry |\n|---|---|---|---|---|---|---|\n")
	for _, s := range r {
		fmt.Fprintf(&b, "| %s | %s s | %s s | %s | %s | %s | %s |\n", s.Title, number(median(s.Samples, wall)), number(median(s.Samples, cpu)),
			megabytes(median(s.Samples, peak)), r.times(s.Name, s.Name+hashOne), r.times(s.Name, s.Name+hashAll), fetched(s.Samples))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// times is how often the time of one series goes into that of another; empty where one is missing.
func (r results) times(of, to string) string {
	value, ok := ratio(wall, of, to, 1)(r)
	if !ok {
		return ""
	}
	return fmt.Sprintf("×%.1f", value)
}

func fetched(samples []sample) string {
	n := median(samples, requests)
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%s in %.0f requests", megabytes(median(samples, received)), n)
}

// number is a number with three digits that count.
func number(n float64) string {
	switch {
	case n < 1:
		return fmt.Sprintf("%.3f", n)
	case n < 10:
		return fmt.Sprintf("%.2f", n)
	default:
		return fmt.Sprintf("%.1f", n)
	}
}

func megabytes(bytes float64) string {
	if bytes == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f MB", bytes/1e6)
}
