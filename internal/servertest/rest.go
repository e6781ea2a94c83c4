package servertest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/coscribe/coscribe/auth/authtest"
)

// Answer is what a REST call brought.
type Answer struct {
	Status int
	Header http.Header
	Body   string
	Message
}

// Request is a REST call.
type Request struct {
	Method string
	Path   string // with the query
	Body   string
	Token  string
	Header map[string]string
}

// Call makes a REST call as an admin.
func (s *Server) Call(method, path, body string) Answer {
	s.t.Helper()
	return s.Do(Request{Method: method, Path: path, Body: body, Token: authtest.Token("root", map[string]string{"*": "admin"})})
}

// Do makes a REST call. A body is JSON unless a header says otherwise.
func (s *Server) Do(r Request) Answer {
	s.t.Helper()
	req, err := http.NewRequest(r.Method, s.URL+r.Path, strings.NewReader(r.Body))
	if err != nil {
		s.t.Fatal(err)
	}
	if r.Body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.Token != "" && s.keyed {
		req.Header.Set("Authorization", "Bearer "+r.Token)
	}
	for name, value := range r.Header {
		req.Header.Set(name, value)
	}
	if host := r.Header["Host"]; host != "" {
		req.Host = host
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatalf("%s %s: %v", r.Method, r.Path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatalf("%s %s: %v", r.Method, r.Path, err)
	}
	a := Answer{Status: res.StatusCode, Header: res.Header, Body: string(body)}
	a.Raw = a.Body
	_ = json.Unmarshal(body, &a.Fields) // not every answer is an object
	return a
}

// Create makes a document over REST, of the JSON of its content.
func (s *Server) Create(id, typ, content string) {
	s.t.Helper()
	a := s.Call(http.MethodPost, "/v1/documents", `{"id":"`+id+`","type":"`+typ+`","content":`+content+`}`)
	if a.Status != http.StatusCreated {
		s.t.Fatalf("create %s: %d %s", id, a.Status, a.Body)
	}
}

// Content is the content of a document at its head, over REST.
func (s *Server) Content(id string) string {
	s.t.Helper()
	a := s.Call(http.MethodGet, "/v1/documents/"+id+"/content", "")
	if a.Status != http.StatusOK {
		s.t.Fatalf("content of %s: %d %s", id, a.Status, a.Body)
	}
	return a.Body
}
