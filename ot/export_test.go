package ot

// Check reports what is wrong with the tree in a document.
func Check(d Document) error { return d.check() }

// Height is the number of levels of the tree in a document.
func Height(d Document) int { return d.height() }

// Interned is the number of attribute sets in the table.
func Interned() int {
	interned.RLock()
	defer interned.RUnlock()
	return len(interned.sets)
}
