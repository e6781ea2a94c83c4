package session

import "github.com/coscribe/coscribe/wire"

// DropUser ends the sessions of a user, with close code 4403. Who still has a
// good token may come back.
func (s *Server) DropUser(user string) {
	s.drop(func(session *session) bool {
		who := session.who.Load()
		return session.seat.user == user || who != nil && who.user.ID == user
	})
}

// DropDocument ends the sessions that have a document open, as DropUser does.
func (s *Server) DropDocument(doc string) {
	s.drop(func(session *session) bool {
		who := session.who.Load()
		return who != nil && who.link.Has(doc)
	})
}

// drop ends the sessions of that kind. From then on nothing that they send is
// read, and what they asked for is not granted any more.
func (s *Server) drop(such func(*session) bool) {
	s.mu.Lock()
	var list []*session
	for session := range s.sessions {
		if such(session) {
			list = append(list, session)
		}
	}
	s.mu.Unlock()
	for _, session := range list {
		session.revoked.Store(true)
		session.Close(wire.CloseForbidden, wire.Errorf(wire.Forbidden, "an administrator has ended this session"))
	}
}
