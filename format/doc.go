// Package format writes the content of a document as text, HTML or Markdown,
// and reads it back. Contents are deltas of inserts (see package ot), their
// formats those of Quill: bold, italic, underline, strike, code, script, link,
// color, background, font and size in a line; header, list, blockquote,
// code-block, indent, align and direction on the newline that ends it; the
// embeds image, video and formula. Three more are those of ProseMirror's
// documents, as the client maps them: U+2028 is a line break; {"divider":true},
// alone in its line, a rule across the page; and nest on a newline tells where
// in quotes and lists a line stands whose other formats do not, such as a second
// paragraph of an item.
//
// Reading what was written gives the same content, as far as the form can
// carry it.
//
// # What a form cannot carry
//
// Text carries text alone: formats and embeds are left out.
//
// HTML carries all of the above, but not: other formats and embeds; header
// beside list, and either beside code-block, which goes first; other formats
// than blockquote and nest on lines of code; values of formats that are not
// Quill's own; a nest that does not fit, that says what the other formats say
// already, or whose indent is not the depth of its list; a rule beside text, or
// with formats, or in a list, a header or code; links and images whose URL has a
// scheme other than http, https, mailto and tel (and data, for images); U+0000.
// Indents end at 8, and there are 10 quotes and lists around a line at most.
//
// Markdown (CommonMark, with strikethrough and task lists) carries bold,
// italic, strike, code, link, header, list, indent of lists, blockquote, nest,
// code-block, line breaks, rules, and images that have no formats. Beside what
// HTML cannot carry it loses the other formats; empty lines outside of code;
// formats but code on spaces and line breaks at the edge of a run; an indent
// that is more than one deeper than the line before; formats of empty text.
// Lines are paragraphs: a line that is merely wrapped is read as one with the
// line before.
//
// More than 64 MiB of either are not written. HTML of more than 4 MiB is not
// read, nor Markdown of more than 1 MiB or that is 8 MiB of HTML, nor a
// paragraph of it with more than 4,000 of the characters *_[]<>~, nor more than
// some 500 elements in each other. A format of HTML that is left open ends with
// the block that it began in.
//
// Nothing unsafe comes out or gets in: HTML is held to an allowlist
// (github.com/microcosm-cc/bluemonday) when it is written and before it is
// read. HTML within Markdown is read by the same rules.
package format
