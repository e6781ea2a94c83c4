package format

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/coscribe/coscribe/ot"
)

// Format is a form of writing a content down.
type Format uint8

// The formats. Delta is the content itself; package otjson reads and writes
// it.
const (
	Delta Format = iota
	Text
	HTML
	Markdown
)

var names = [...]string{Delta: "delta", Text: "text", HTML: "html", Markdown: "markdown"}

// Errors of reading. The messages around them say what is wrong.
var (
	ErrUnknown  = errors.New("the format is not known: delta, text, html or markdown")
	ErrInvalid  = errors.New("the content cannot be read")
	ErrTooLarge = errors.New("it is too long")
)

// Parse returns the format of that name: delta, text, html or markdown.
func Parse(name string) (Format, error) {
	for f, n := range names {
		if n == name {
			return Format(f), nil
		}
	}
	return 0, ErrUnknown
}

// String returns the name that Parse knows.
func (f Format) String() string { return names[f] }

// maxWritten bounds what is written, in bytes: formats of a long text are
// written for each line of it.
const maxWritten = 64 << 20

// Write returns a content in the format, which must not be Delta. The error is
// ErrTooLarge: it would have more than 64 MiB.
func (f Format) Write(content ot.Delta) (string, error) {
	switch f {
	case Text:
		return writeText(content), nil
	case HTML:
		return writeHTML(content)
	case Markdown:
		return writeMarkdown(content)
	}
	panic("internal error: format " + f.String() + " is not written as text")
}

// Read returns the content of a document of type t that is written in the
// format, which must not be Delta. CRLF and CR become LF. A rich-text gets a
// newline at its end where it has none; a text has what a last paragraph ends
// with left out, and a newline for each line break. The errors wrap ErrInvalid,
// and ErrTooLarge where a shorter one would do.
func (f Format) Read(text string, t ot.Type) (ot.Delta, error) {
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("%w: not well-formed UTF-8", ErrInvalid)
	}
	text = newlines.Replace(text)
	var content ot.Delta
	var err error
	switch f {
	case Text:
		content = ot.Delta{ot.Insert(text, nil)}
		if t == ot.Text {
			return content.Normalize(), nil
		}
		return endLine(content), nil
	case HTML:
		content, err = readHTML(text)
	case Markdown:
		content, err = readMarkdown(text)
	default:
		panic("internal error: format " + f.String() + " is not read as text")
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if t == ot.Text {
		plain := strings.TrimSuffix(writeText(content), "\n")
		plain = strings.ReplaceAll(plain, string(lineBreak), "\n")
		return ot.Delta{ot.Insert(plain, nil)}.Normalize(), nil
	}
	return endLine(content), nil
}

var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func endLine(content ot.Delta) ot.Delta {
	content = content.Normalize()
	if n := len(content); n > 0 && strings.HasSuffix(content[n-1].Text(), "\n") {
		return content
	}
	var b ot.Builder
	for _, op := range content {
		b.Push(op)
	}
	b.Insert("\n", nil)
	return b.Delta()
}

func writeText(content ot.Delta) string {
	var b strings.Builder
	for _, op := range content {
		b.WriteString(op.Text())
	}
	return b.String()
}
