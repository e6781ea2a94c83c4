// Package webhooks tells one other service what happens to documents: that one
// was created, changed, deleted, and that a version was named.
//
// What there is to tell is a queue in the database, [storage.Events], so that
// it outlives the server. Creations, deletions and names are put there by the
// transaction that they tell of. Changes are not: who commits only notes in
// memory which documents moved (Sender.Watch), and the sender puts those whose
// heads are not what was told last into the queue, once a second. Notes that
// are lost with the process are found by going through all documents, at a
// start and every few minutes. So an event tells of all changes since the one
// before, and typing never waits for any of this.
//
// Each event is told at least once, and normally once: servers that share a
// database claim events for as long as a try may take (Gray and Reuter,
// Transaction Processing, 1992, section 10.3, on queues with leases). A
// receiver knows repeats by their id, which is made from what the event says.
// Events of one document come in order.
package webhooks
