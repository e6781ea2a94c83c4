package client

import "github.com/coscribe/coscribe/ot"

// Replay runs the messages for one document that some connection has recorded,
// from its fresh opened on, through the state machine of a client that only
// looked on. It fails where they break the protocol, and returns the state in
// the end otherwise.
func Replay(messages [][]byte) (*State, error) {
	s := NewState("", ot.RichText, false)
	s.OpenRequest()
	for _, data := range messages {
		m, err := parse(data)
		if err != nil {
			return nil, err
		}
		if err := s.replay(m); err != nil {
			return nil, err
		}
		s.TakeEvents()
	}
	return s, nil
}

func (s *State) replay(m *message) error {
	switch m.T {
	case "opened":
		o, err := m.opened()
		if err != nil {
			return err
		}
		return s.Opened(o)
	case "changes":
		frame, err := m.changes()
		if err != nil {
			return err
		}
		return s.Changes(frame)
	case "presence":
		p, err := m.presence()
		if err != nil {
			return err
		}
		return s.presence(p)
	}
	return nil
}
