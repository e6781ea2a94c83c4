// Package servertest runs the whole server in the process of a test: a real
// store, the rooms, the sessions and the REST half, on a loopback port. What
// goes wrong in production can be made to go wrong here: see [Store].
//
// A [Conn] speaks raw JSON over a real WebSocket, so that a test reads like
// the protocol:
//
//	ann := servertest.Start(t, servertest.Options{}).Connect()
//	ann.Send(`{"t":"open","doc":"d"}`)
//	ann.Expect(`{"t":"opened","doc":"d","rev":0,"content":[{"insert":"\n"}]}`)
package servertest
