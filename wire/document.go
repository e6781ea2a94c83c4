package wire

// maxDocumentID is the longest document id, in characters.
const maxDocumentID = 128

// ValidDocumentID tells whether id is 1 to 128 characters of
// A–Z a–z 0–9 . _ ~ : @ -, the first a letter or digit.
func ValidDocumentID(id string) bool {
	if len(id) == 0 || len(id) > maxDocumentID || !alphanumeric(id[0]) {
		return false
	}
	for i := 1; i < len(id); i++ {
		switch c := id[i]; {
		case alphanumeric(c):
		case c == '.', c == '_', c == '~', c == ':', c == '@', c == '-':
		default:
			return false
		}
	}
	return true
}

// ErrBadDocumentID is the answer to a name that cannot be a document's.
func ErrBadDocumentID() *Error {
	return Errorf(BadDocumentID, "a document id is 1 to %d of A-Z a-z 0-9 . _ ~ : @ -, beginning with a letter or digit", maxDocumentID)
}

func alphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
