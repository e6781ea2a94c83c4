// Package session is one WebSocket connection: it says hello, knows the user
// and what they may do, hands what comes in to the rooms and writes what they
// send. It holds no document state. It is the only package that knows how
// frames reach the network.
package session
