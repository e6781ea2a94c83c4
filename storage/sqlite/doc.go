// Package sqlite keeps documents in one SQLite file: the embedded store, for
// one server on one machine.
//
// The file is in WAL mode with synchronous=FULL: what Commit reports as stored
// has been synced to disk. One connection writes; a few others read beside it,
// each seeing one moment of the database, and neither waits for the other.
//
// # Exclusive use
//
// A server trusts that the documents it holds in memory change through it
// alone, so a second one on the same file has to be refused. SQLite's own
// locking_mode=EXCLUSIVE would do that, but it would shut out this process's
// readers too, and backups. Instead an operating system lock is held on a file
// beside the database, its name with ".lock" behind it. The kernel
// gives the lock back however the process ends; the empty file stays. Tools
// such as the sqlite3 shell may still read, and back up, a database in use.
package sqlite
