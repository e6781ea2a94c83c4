package ot

// A Builder makes a Delta in normal form, component by component. The zero
// Builder is ready for use.
type Builder struct {
	ops Delta
	// Text that grew by merging is gathered here, so that a thousand merges
	// do not copy it a thousand times. It belongs to ops[open-1]; 0: to none.
	grown []byte
	open  int
}

func newBuilder(capacity int) Builder { return Builder{ops: make(Delta, 0, capacity)} }

// Insert appends an insert of text with the given attributes.
func (b *Builder) Insert(text string, a *Attributes) { b.Push(Insert(text, a)) }

// InsertEmbed appends an insert of an embed.
func (b *Builder) InsertEmbed(e Embed, a *Attributes) { b.Push(InsertEmbed(e, a)) }

// Retain appends a retain of n UTF-16 code units.
func (b *Builder) Retain(n int, a *Attributes) { b.Push(Retain(n, a)) }

// Delete appends a delete of n UTF-16 code units.
func (b *Builder) Delete(n int) { b.Push(Delete(n)) }

// Delta returns what was built, without a plain retain at its end, and resets
// the builder.
func (b *Builder) Delta() Delta {
	b.flush()
	ops := b.ops
	if n := len(ops); n > 0 && ops[n-1].plainRetain() {
		ops = ops[:n-1]
	}
	*b = Builder{}
	return ops
}

// Push appends any component.
func (b *Builder) Push(op Op) {
	if op.idle() {
		return
	}
	at := len(b.ops) // where op goes
	if op.inserts() && at > 0 && b.ops[at-1].kind == DeleteKind {
		at--
	}
	if at > 0 && mergeable(b.ops[at-1], op) {
		b.merge(at-1, op)
		return
	}
	b.ops = append(b.ops, op)
	if last := len(b.ops) - 1; at < last {
		b.ops[at], b.ops[last] = op, b.ops[at]
	}
}

func (b *Builder) merge(at int, op Op) {
	b.lengthen(at, op.n)
	b.grown = append(b.grown, op.text...)
}

// lengthen makes a component n units longer. The text for that, if it is a
// text insert, has to be appended to grown.
func (b *Builder) lengthen(at, n int) {
	into := &b.ops[at]
	into.n = add(into.n, n)
	if into.kind == InsertKind && b.open != at+1 {
		b.flush()
		b.grown = append(b.grown, into.text...)
		b.open = at + 1
	}
}

func (b *Builder) flush() {
	if b.open > 0 {
		b.ops[b.open-1].text = string(b.grown)
	}
	b.grown, b.open = b.grown[:0], 0
}
