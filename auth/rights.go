package auth

import (
	"cmp"
	"slices"
)

// grant gives a right on the documents that match a pattern.
type grant struct {
	pattern pattern
	access  Access
}

// rights are grants in the order in which they decide: the first whose pattern
// matches has the say.
type rights []grant

func newRights(docs map[string]Access) rights {
	grants := make(rights, 0, len(docs))
	for text, access := range docs {
		grants = append(grants, grant{parsePattern(text), access})
	}
	slices.SortFunc(grants, compareGrants)
	return grants
}

func compareGrants(a, b grant) int {
	return cmp.Or(
		-cmp.Compare(a.pattern.literals, b.pattern.literals),
		compareBool(a.pattern.hasStar(), b.pattern.hasStar()),
		-cmp.Compare(a.access, b.access),
	)
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

func (r rights) on(doc string) Access {
	for _, g := range r {
		if g.pattern.match(doc) {
			return g.access
		}
	}
	return None
}
