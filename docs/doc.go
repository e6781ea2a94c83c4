// Package docs keeps documents and the rooms they live in while someone edits
// them.
//
// A room is one goroutine, and only it owns the document's state: the durable
// version, the recent changes behind it (the window), who is there and where
// their cursors are. The life of an op reads top to bottom in submit.go:
//
//	Link.Submit ─▶ inbox ─▶ submission.run: check ▸ transform ▸ apply
//	                          ─▶ room.propose ─▶ committer ─▶ store
//	members ◀─ one shared frame ◀─ room.committed ◀──────────────┘
//
// While a batch is being committed the room collects what comes, raw. When
// the outcome is known it transforms, applies and proposes the next batch, so
// at most one batch is ever uncertain and whatever the room tells anyone is
// the durable document. A batch that fails is thrown away with the version it
// proposed; nothing has to be unwound.
//
// Requests of one client are carried out in the order in which they came, so
// that the answer to an open is a barrier (C3).
//
// Sessions reach rooms through a Link, other services through the Hub.
package docs
