// Package ot is the operational-transform engine of Coscribe: deltas as
// quill-delta 5 and rich-text 4 have them.
package ot
