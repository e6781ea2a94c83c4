// Package chaos lets the store and the processes fail under people who type,
// and checks that no acknowledged edit is lost, repeated or seen differently.
//
// Its tests run the real server: in the test's process on a store that is
// slow, refuses, loses races and forgets to say that it committed; and as
// processes that are killed while they commit. The mutants of our own code in
// mutants_test.go show that these tests would notice.
package chaos
