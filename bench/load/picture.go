package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// picture is a plot of some figures: a group of bars for each, a bar for each
// server, on a logarithmic scale, because the servers are that far apart.
type picture struct {
	file, title string
	groups      []bars
}

// bars are one figure of all servers.
type bars struct{ label, of, head string }

var pictures = []picture{
	{"hot.svg", "Ten writers on one document: server µs an op (less is better; logarithmic)", []bars{
		{"1 KB", "hot", "µs/op"}, {"100 KB", "hot-100k", "µs/op"}, {"1 MB", "hot-1m", "µs/op"},
	}},
	{"fanout.svg", "Many readers: server µs (less is better; logarithmic)", []bars{
		{"500 readers, 20 ops/s: a delivery", "watch-500", "µs/frame"},
		{"100 readers, one fast writer: a frame", "stream", "µs/frame"},
		{"100 readers, 20 fast writers: a delivered op", "crowd", "µs/delivered op"},
	}},
	{"wide.svg", "Fifty documents: ops/s acknowledged, one core (more is better; logarithmic)", []bars{
		{"2 writers each", "wide-2", "ops/s"}, {"10 writers each", "wide-10", "ops/s"},
	}},
}

// Sizes in the units of the picture.
const (
	pictureWidth = 760
	barsLeft     = 190
	barsWidth    = 460
	barHeight    = 18
	groupGap     = 34
	titleHeight  = 44
)

func (p picture) draw(r results, folder string) error {
	path := filepath.Join(folder, p.file)
	if err := os.WriteFile(path, []byte(p.svg(r)), 0o644); err != nil {
		return fmt.Errorf("draw %s: %w", p.title, err)
	}
	return nil
}

func (p picture) svg(r results) string {
	low, high := p.bounds(r)
	height := titleHeight + len(p.groups)*(groupGap+barHeight*len(contestants)) + 12
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="system-ui, sans-serif" font-size="12" fill="#1f2937" role="img" aria-label="%s">`+"\n",
		pictureWidth, height, pictureWidth, height, p.title)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", pictureWidth, height)
	fmt.Fprintf(&b, `<text x="16" y="26" font-size="15" font-weight="600">%s</text>`+"\n", p.title)
	y := titleHeight
	for _, g := range p.groups {
		fmt.Fprintf(&b, `<text x="16" y="%d" font-weight="600">%s</text>`+"\n", y+14, g.label)
		y += 22
		for _, c := range contestants {
			p.bar(&b, y, c, r.Servers[c.name][g.of][g.head], low, high)
			y += barHeight
		}
		y += groupGap - 22
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// bar draws one; a server without the figure keeps its line, empty.
func (p picture) bar(b *strings.Builder, y int, c contestant, v, low, high float64) {
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", barsLeft-8, y+13, c.title)
	if v <= 0 {
		fmt.Fprintf(b, `<text x="%d" y="%d" fill="#6b7280">no figure</text>`+"\n", barsLeft, y+13)
		return
	}
	colour := "#94a3b8"
	if c.argv == nil {
		colour = "#c2410c"
	}
	width := barsWidth * math.Log(v/low) / math.Log(high/low)
	fmt.Fprintf(b, `<rect x="%d" y="%d" width="%.1f" height="%d" rx="2" fill="%s"/>`+"\n", barsLeft, y+2, width, barHeight-4, colour)
	fmt.Fprintf(b, `<text x="%.1f" y="%d">%s</text>`+"\n", barsLeft+width+6, y+13, digits(v))
}

// digits writes three significant ones.
func digits(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

// bounds are the ends of the scale: powers of ten around all figures.
func (p picture) bounds(r results) (low, high float64) {
	low, high = math.Inf(1), 0
	for _, g := range p.groups {
		for _, c := range contestants {
			if v := r.Servers[c.name][g.of][g.head]; v > 0 {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	if high == 0 {
		return 1, 10
	}
	low = math.Pow(10, math.Floor(math.Log10(low*0.8)))
	return low, math.Pow(10, math.Ceil(math.Log10(high)))
}
