// Package ot is the operational-transform engine of Coscribe. It has the
// deltas of quill-delta 5 and rich-text 4, to the letter: what those answer,
// this answers. It is pure: no I/O, no goroutines, no logging, and nothing but
// the standard library. Package otjson beside it reads and writes the JSON
// form.
//
// # Documents and ops
//
// A document is a line of text with attributes (bold, a link) and embeds (an
// image). A [Delta] is an op: a list of components that walk over a document
// from its beginning.
//
//	insert  puts text or an embed in
//	retain  goes on, and lays attributes over what it passes
//	delete  takes away
//
// What follows the last component is kept. The content of a document is
// itself a Delta, of inserts only. A [Document] holds a content in a tree,
// and applying an op to it gives a new Document.
//
// # The unit
//
// Every length and every offset counts UTF-16 code units, as editors do: "a"
// is 1, "é" is 1 or 2 depending on how it is written, "😀" is 2, a family of
// emoji joined by U+200D is many. An embed is 1, whatever it holds. Text is
// stored in UTF-8 and never normalised. An op that cuts a surrogate pair in
// two is refused ([ErrSplitsSurrogate]), as is one that reaches past the end
// of the document ([ErrPastEnd]).
//
// # Attributes
//
// Attributes are keys with JSON values. Only null, on a retain, unsets one;
// false, 0 and "" are values. Values are replaced whole, never merged. Sets of
// attributes are interned, so that equal ones are the same pointer.
//
// # Normal form
//
// Many lists of components do the same. The normal form is the one that
// quill-delta builds: neighbours of one kind are merged, an insert stands in
// front of a delete at the same place, and there is no plain retain at the
// end. [Delta.Normalize] and [Builder] make it, and every result here is in
// it. It is more than tidiness: an insert behind a delete does the same to the
// document as one in front of it, but ties differently in Transform.
// Normalise what comes from outside before anything else.
//
// # The laws
//
// For a document d, ops a and b made on it, and an op c made after a:
//
//	composition  d·(a.Compose(c)) = d·a·c
//	inverse      d·a·(a.Invert(d)) = d
//	TP1          d·a·a.Transform(b, true) = d·b·b.Transform(a, false)
//	cursors      a moves a cursor as it moves an insert at the cursor
//
// TP1 is what lets a server and its clients meet: each applies its own op
// first and the other one transformed, and they have the same text. It needs
// the two to agree who wins.
//
// # Who wins a tie
//
// In a.Transform(b, priority) the receiver a has been applied and b is made
// to follow it. With priority a goes first: where both insert at one place,
// b's text ends up behind a's, and where both set one attribute of the same
// text, a's value stands and b's is dropped. Without priority it is the other
// way round. Nobody's deletion is undone: text that either deletes is gone,
// and text inserted into the middle of it survives.
//
// The protocol's rule is that what is committed goes first:
//
//	committed.Transform(op, true)
//
// A cursor has the mirror image of that rule: somebody else's insert at the
// very place leaves it in front, its owner's moves it behind
// ([Delta.TransformCursor]).
//
// # The trap
//
// Transforming over a composition is not transforming over its parts. "Delete
// 1" and then "insert c" compose to "insert c, delete 1"; an insert behind the
// deleted character then stands behind c, while step by step its place is
// closed first and it ties with c. Some 2 to 3 in 100 small random cases
// differ. Both sides of a connection must take the same steps: do not compose
// what the other one takes one by one.
//
// # How it is done
//
// Compose and Transform are quill-delta's: one loop over two iterators that
// hand out pieces of any length (github.com/slab/delta). A Document is a
// persistent B+ tree of runs that knows its lengths: an op copies the nodes on
// its way, O(op · log document), and shares all others with the document
// before it, so that old revisions stay valid and cost next to nothing. An
// [Editor] applies many ops and copies each node once. [ComposeAll] composes a
// long history on the same tree, which then stands for "retain everything".
package ot
