// Package storage states what Coscribe needs of a database: documents, each an
// unbroken line of changes, with snapshots of their content along it.
//
// A room writes optimistically: a [Batch] says on which head it was made, and
// is stored only if that still is the head. Losing is an outcome, not an
// error; it tells that another server wrote, and nothing else that was
// committed in the same call suffers from it. So two servers on one database
// cannot spoil a document, whatever they believe.
//
// The drivers are storage/postgres and storage/sqlite; storage/storagetest is
// the contract that both are held to. What a driver may share with the others
// is in this package too.
package storage
