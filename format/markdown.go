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
	"github.com/yuin/goldmark/parser"
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
	maxPage       = 8 << 20 // bytes of the HTML that it makes
	maxDelimiters = 4000    // in lines without an empty one between them
	maxContainers = 100     // opened in a line
)

// opened are the quotes and items that a line opens.
var opened = regexp.MustCompile(`^([ \t]*([-+*>]|[0-9]{1,9}[.)])){` + strconv.Itoa(maxContainers) + `}`)

func checkMarkdown(text string) error {
	if len(text) > maxMarkdown {
		return fmt.Errorf("%w: more than %d bytes of Markdown", ErrTooLarge, maxMarkdown)
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
		if delimiters > maxDelimiters || opened.MatchString(line) {
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
	references := frugal{parser.NewContext(), maxPage}
	if err := markdown.Convert([]byte(text), &page, parser.WithContext(&references)); err != nil {
		return nil, fmt.Errorf("parse Markdown: %w", err)
	}
	if references.left < 0 || page.Len() > maxPage {
		return nil, fmt.Errorf("%w: more than %d bytes of HTML in Markdown", ErrTooLarge, maxPage)
	}
	return parse(page.String(), true)
}

// frugal keeps a long destination that many links refer to from being written
// for each of them.
type frugal struct {
	parser.Context
	left int // bytes that references may still bring
}

func (f *frugal) Reference(label string) (parser.Reference, bool) {
	r, ok := f.Context.Reference(label)
	if ok {
		f.left -= len(r.Destination()) + len(r.Title())
	}
	return r, ok && f.left >= 0
}

func writeMarkdown(content ot.Delta) (string, error) {
	var w markdownWriter
	all := lines(content)
	for i, p := range places(all) {
		w.line(all[i], p)
		if w.Len() > maxWritten {
			return "", ErrTooLarge
		}
	}
	w.closeCode()
	return w.String(), nil
}

type markdownWriter struct {
	strings.Builder
	linker
	nesting
	last block    // of the line that was begun last
	item bool     // that line began an item
	code []string // the lines of code that is open
}

func (w *markdownWriter) line(l line, p place) {
	if !p.joins {
		w.closeCode()
	}
	b := l.block
	begin := w.enter(p, b.list)
	if b.kind == paragraph && b.list == "" && len(l.pieces) == 0 {
		return // Markdown has no empty paragraphs
	}
	tight := w.item && p.beginsItem() && !w.quotes
	between := w.written()
	if w.Len() > 0 && !tight && !p.joins {
		w.WriteString(between + "\n")
	}
	w.last, w.item = b, p.beginsItem()
	if b.kind == code {
		w.code = append(w.code, plain(l))
		return
	}
	w.WriteString(begin)
	switch {
	case b.kind == header:
		w.WriteString(strings.Repeat("#", b.level) + " ")
		w.inline(l)
	case l.isRule():
		w.WriteString("---")
	default:
		w.inline(l)
	}
	w.WriteByte('\n')
}

// closeCode writes the lines of code that were gathered. The fence is longer
// than any in them.
func (w *markdownWriter) closeCode() {
	if w.code == nil {
		return
	}
	fence := strings.Repeat("`", max(3, longest(strings.Join(w.code, "\n"))+1))
	begin := w.prefix(len(w.open))
	w.WriteString(begin + fence + w.last.language + "\n")
	for _, text := range w.code {
		if text == "" {
			begin = strings.TrimRight(begin, " ")
		}
		w.WriteString(begin + text + "\n")
	}
	w.WriteString(begin + fence + "\n")
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
