// Package format writes the content of a document as text, HTML or Markdown,
// and reads it back. Contents are deltas of inserts (see package ot), their
// formats those of Quill: bold, italic, underline, strike, code, script, link,
// color, background, font and size in a line; header, list, blockquote,
// code-block, indent, align and direction on the newline that ends it; the
// embeds image, video and formula. Two more are ProseMirror's as the client
// maps them: U+2028 is a line break, and {"divider":true}, alone in its line, a
// rule across the page.
//
// Reading what was written gives the same content, as far as the form can
// carry it.
//
// # What a form cannot carry
//
// Text carries text alone: formats and embeds are left out.
//
// HTML carries all of the above, but not: other formats and embeds; several
// block formats on one line, of which code-block, list, header and blockquote
// count in this order; other block formats on lines of code; values of formats
// that are not Quill's own; a rule beside text, or in a list, a header or code; links and images whose URL has a scheme other than
// http, https, mailto and tel (and data, for images); U+0000. Indents end at 8.
//
// Markdown (CommonMark, with strikethrough and task lists) carries bold,
// italic, strike, code, link, header, list, indent of lists, blockquote,
// code-block and images that have no formats. Beside what HTML cannot carry it
// loses the other formats; empty lines outside of code; formats but code on
// spaces at the edge of a run; an indent that is more than one deeper than the
// line before; formats of empty text and of line breaks at the edge of a run.
// Lines are paragraphs: a line that is merely wrapped is read as one with the
// line before.
//
// Markdown of more than 1 MiB is not read, nor a paragraph with more than 4,000
// of the characters *_[]<>~.
//
// Nothing unsafe comes out or gets in: HTML is held to an allowlist
// (github.com/microcosm-cc/bluemonday) when it is written and before it is
// read. HTML within Markdown is read by the same rules.
package format
