package auth

// Access is what an identity may do with a document. The values are ordered:
// each one includes those below it, so access >= Write asks for "may write".
type Access uint8

const (
	// None may do nothing, not even learn whether the document exists.
	None Access = iota
	// Read sees content, presence and history.
	Read
	// Write also creates, edits, names versions and restores.
	Write
	// Admin also deletes.
	Admin
)

var accessNames = [...]string{None: "none", Read: "read", Write: "write", Admin: "admin"}

// String returns "none", "read", "write" or "admin".
func (a Access) String() string {
	if int(a) >= len(accessNames) {
		return "unknown"
	}
	return accessNames[a]
}

// ParseAccess returns the right with that name, and None for any other name:
// a right that is not known must not grant anything.
func ParseAccess(name string) Access {
	for access := Read; access <= Admin; access++ {
		if accessNames[access] == name {
			return access
		}
	}
	return None
}
