package format

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"

	"github.com/coscribe/coscribe/ot"
)

// markdown renders to HTML, which parse reads. Whatever HTML is in it goes
// through the policy there. It may be used concurrently.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.Strikethrough, extension.TaskList),
	goldmark.WithRendererOptions(html.WithUnsafe()),
)

// What Markdown may be to be read. The time to parse a paragraph grows with the
// square of its delimiters, that of a line with the square of the containers
// that it opens.
const (
	maxMarkdown   = 1 << 20 // bytes
	maxDelimiters = 4000    // in lines without an empty one between them
	maxContainers = 100     // opened in a line
)

// containers are the quotes and items that a line opens.
var containers = regexp.MustCompile(`^([ \t]*([-+*>]|[0-9]{1,9}[.)])){` + strconv.Itoa(maxContainers) + `}`)

func checkMarkdown(text string) error {
	if len(text) > maxMarkdown {
		return fmt.Errorf("more than %d bytes of Markdown", maxMarkdown)
	}
	delimiters := 0
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) == "" {
			delimiters = 0
			continue
		}
		for i := range len(line) {
			if strings.IndexByte("*_[]<>~", line[i]) >= 0 {
				delimiters++
			}
		}
		if delimiters > maxDelimiters || containers.MatchString(line) {
			return errors.New("a paragraph of Markdown is too intricate")
		}
	}
	return nil
}

func readMarkdown(text string) (ot.Delta, error) {
	if err := checkMarkdown(text); err != nil {
		return nil, err
	}
	var page bytes.Buffer
	if err := markdown.Convert([]byte(text), &page); err != nil {
		return nil, fmt.Errorf("parse Markdown: %w", err)
	}
	return parse(page.String(), true)
}

func writeMarkdown(content ot.Delta) string {
	var w markdownWriter
	for _, l := range lines(content) {
		w.line(l)
	}
	w.closeCode()
	return w.String()
}

type markdownWriter struct {
	strings.Builder
	last   block    // of the line that was begun last
	lists  []int    // how far the text of the open items stands in
	code   []string // the lines of code that is open
	prefix string   // what the next line of a paragraph begins with
}

func (w *markdownWriter) line(l line) {
	b := l.block
	if w.last.kind == code && (b.kind != code || b.language != w.last.language) {
		w.closeCode()
	}
	if b.kind != code && len(l.pieces) == 0 && (b.kind == paragraph || b.kind == quote) {
		return // Markdown has no empty paragraphs
	}
	w.separate(b)
	w.last = b
	switch b.kind {
	case code:
		w.code = append(w.code, plain(l))
	case header:
		w.WriteString(strings.Repeat("#", b.level) + " ")
		w.inline(l)
	case quote:
		w.WriteString("> ")
		w.prefix = "> "
		w.paragraph(l)
	case listItem:
		w.item(b)
		w.prefix = strings.Repeat(" ", w.lists[len(w.lists)-1])
		w.inline(l)
	default:
		w.prefix = ""
		w.paragraph(l)
	}
	if b.kind != code {
		w.WriteByte('\n')
	}
}

func (w *markdownWriter) paragraph(l line) {
	if l.isRule() {
		w.WriteString("---")
		return
	}
	w.inline(l)
}

// separate writes what stands between two lines.
func (w *markdownWriter) separate(b block) {
	if b.kind != listItem {
		w.lists = nil
	}
	switch {
	case w.Len() == 0:
	case b.kind == listItem && w.last.kind == listItem:
	case b.kind == code && w.last.kind == code && len(w.code) > 0:
	case b.kind == quote && w.last.kind == quote:
		w.WriteString(">\n")
	default:
		w.WriteByte('\n')
	}
}

func (w *markdownWriter) item(b block) {
	depth := min(b.indent, len(w.lists))
	in := 0
	if depth > 0 {
		in = w.lists[depth-1]
	}
	bullet := "- "
	switch b.list {
	case "ordered":
		bullet = "1. "
	case "checked":
		bullet = "- [x] "
	case "unchecked":
		bullet = "- [ ] "
	}
	w.lists = append(w.lists[:depth], in+strings.IndexByte(bullet, ' ')+1)
	w.WriteString(strings.Repeat(" ", in) + bullet)
}

// closeCode writes the lines of code that were gathered. The fence is longer
// than any in them.
func (w *markdownWriter) closeCode() {
	if w.code == nil {
		return
	}
	text := strings.Join(w.code, "\n")
	fence := strings.Repeat("`", max(3, longest(text)+1))
	w.WriteString(fence + w.last.language + "\n" + text + "\n" + fence + "\n")
	w.code = nil
}

func plain(l line) string {
	var b strings.Builder
	for _, p := range l.pieces {
		b.WriteString(p.op.Text())
	}
	return b.String()
}

// longest is the length of the longest run of backticks.
func longest(text string) int {
	most, n := 0, 0
	for _, c := range text {
		if c != '`' {
			n = 0
			continue
		}
		n++
		most = max(most, n)
	}
	return most
}
