package session

// Behind implements docs.Session.
func (s *session) Behind() bool {
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	return !s.out.done && (s.out.writing || len(s.out.frames) > 0)
}
