package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/auth/authtest"
)

func tokenInURL(t *testing.T, f *fort) {
	token := may("ann", "*", "admin")
	for _, name := range []string{"token", "access_token"} {
		if status := upgrade(t, f.keyed, "?"+name+"="+token); status != http.StatusBadRequest {
			t.Errorf("an upgrade with %s: %d", name, status)
		}
		status, code := ask(t, f.keyed, http.MethodGet, "/v1/documents?"+name+"="+token, "", "")
		refused(t, name, status, code, http.StatusUnauthorized, "unauthorized")
	}
}

// patterns are matched whole, character by character, and what is not known
// grants nothing.
func patterns(t *testing.T, f *fort) {
	for _, test := range []struct{ pattern, right, id, want string }{
		{"", "admin", "team-a", "forbidden"},
		{"team-a", "write", "team-a:spec", "forbidden"},
		{"team-a:*", "write", "team-ab", "forbidden"},
		{"team-a:*", "write", "Team-a:spec", "forbidden"},
		{"team-а:*", "write", "team-a:spec", "forbidden"}, // а Cyrillic a
		{"team-a:*:x", "write", "team-a:x", "forbidden"},
		{"team-?:*", "write", "team-a:spec", "forbidden"},
		{"team-[a-z]:*", "write", "team-a:spec", "forbidden"},
		{".*", "write", "team-a", "forbidden"},
		{"%", "write", "team-a", "forbidden"},
		{"team-a:* ", "write", "team-a:spec", "forbidden"},
		{"*", "Write", "team-a", "forbidden"},
		{"*", "write,admin", "team-a", "forbidden"},
		{"*", "comment", "team-a", "forbidden"},
		{"t*a", "write", "team-a", ""},
		{"**", "write", "team-a", ""},
	} {
		p := hello(t, f.keyed, authtest.Token("ann", map[string]string{test.pattern: test.right}), uuid.NewString())
		p.await(t, "hello")
		p.sendf(t, `{"t":"open","doc":"%s"}`, test.id)
		if test.want == "" {
			p.await(t, "opened")
			continue
		}
		p.failing(t, test.want)
		status, code := ask(t, f.keyed, http.MethodGet, "/v1/documents/"+test.id, authtest.Token("ann", map[string]string{test.pattern: test.right}), "")
		refused(t, test.pattern, status, code, http.StatusForbidden, test.want)
	}
	// The more exact pattern wins, also where it takes something away.
	token := authtest.Token("ann", map[string]string{"*": "admin", "team-b:*": "none"})
	status, code := ask(t, f.keyed, http.MethodGet, "/v1/documents/team-b:spec", token, "")
	refused(t, "an exception", status, code, http.StatusForbidden, "forbidden")
	many := make(map[string]string)
	for len(many) < 257 {
		many[uuid.NewString()] = "read"
	}
	enter(t, f.keyed, authtest.Token("ann", many))
}

func climbing(t *testing.T, f *fort) {
	id := f.made(t, doc(t))
	token := authtest.Token("eve", map[string]string{"mine:*": "admin"})
	for _, path := range []string{
		"mine:..%2f" + id, "mine:%2e%2e%2f" + id, "mine:/../" + id, "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e", "..", "mine:..\\" + id,
		"mine:%00" + id, "mine:%c0%ae%c0%ae", "mine:%252e%252e%252f" + id, "mine:;/" + id, "mine:%ff", strings.Repeat("m", 129), "%20", "mine:a%0d%0ab",
	} {
		for _, rest := range []string{"", "/content", "/changes"} {
			status, _ := ask(t, f.keyed, http.MethodGet, "/v1/documents/"+path+rest, token, "")
			if status < 300 || status >= 500 {
				t.Errorf("%s%s: %d", path, rest, status)
			}
		}
	}
	eve := hello(t, f.keyed, token, uuid.NewString())
	eve.await(t, "hello")
	for _, name := range []string{"mine:../" + id, "../" + id, "mine:\\u0000" + id, "mine:\\uff0e\\uff0e\\uff0f", ".mine", "mine: ", "", strings.Repeat("m", 129)} {
		eve.sendf(t, `{"t":"open","doc":"%s"}`, name)
		eve.failing(t, "bad_document_id")
	}
}

func origins(t *testing.T, f *fort) {
	for origin, want := range map[string]int{
		"https://a.example": 101, "http://" + f.keyed: 101, "https://b.example": 403, "null": 403, "": 403, "http://a.example": 403,
		"https://a.example.evil.example": 403, "https://a.example:8443": 403, "//" + f.keyed + "#": 403, "file://": 403,
	} {
		if status := upgrade(t, f.keyed, "", "Origin", origin); status != want {
			t.Errorf("from %q: %d, want %d", origin, status, want)
		}
	}
	for _, origin := range []string{"https://a.example", "null"} {
		if status := upgrade(t, f.keyless, "", "Origin", origin); status != http.StatusForbidden {
			t.Errorf("a keyless server, from %q: %d", origin, status)
		}
	}
}

func crossOriginWrite(t *testing.T, f *fort) {
	for _, headers := range [][]string{
		{"Origin", "https://b.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"},
		{"Origin", "http://" + f.keyless, "Sec-Fetch-Site", "cross-site"}, {"Origin", "http://" + f.keyless, "Sec-Fetch-Site", "same-site"},
	} {
		for _, method := range []string{http.MethodPost, http.MethodDelete} {
			status, code := ask(t, f.keyless, method, "/v1/documents", "", `{}`, headers...)
			refused(t, strings.Join(headers, " "), status, code, http.StatusForbidden, "forbidden")
		}
	}
}

func textPlain(t *testing.T, f *fort) {
	for _, media := range []string{"text/plain", "text/plain; application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json-seq", ""} {
		status, code := ask(t, f.keyless, http.MethodPost, "/v1/documents", "", `{"id":"`+doc(t)+`"}`, "Content-Type", media)
		refused(t, media, status, code, http.StatusUnsupportedMediaType, "bad_message")
	}
}

func rebinding(t *testing.T, f *fort) {
	for _, host := range []string{"evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "0.0.0.0"} {
		for _, path := range []string{"/", "/v1/documents", "/healthz", "/metrics", "/openapi.json"} {
			status, code := ask(t, f.keyless, http.MethodGet, path, "", "", "Host", host)
			refused(t, host+path, status, code, http.StatusForbidden, "forbidden")
		}
		if status := upgrade(t, f.keyless, "", "Host", host, "Origin", "http://"+host); status != http.StatusForbidden {
			t.Errorf("an upgrade at %s: %d", host, status)
		}
	}
}

func proxied(t *testing.T, f *fort) {
	for _, header := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Server"} {
		status, code := ask(t, f.keyless, http.MethodGet, "/v1/documents", "", "", header, "127.0.0.1")
		refused(t, header, status, code, http.StatusForbidden, "forbidden")
		if status := upgrade(t, f.keyless, "", header, "127.0.0.1"); status != http.StatusForbidden {
			t.Errorf("an upgrade with %s: %d", header, status)
		}
	}
}

// open opens a document, which has to work.
func (p *person) open(t *testing.T, doc string) {
	t.Helper()
	p.sendf(t, `{"t":"open","doc":"%s"}`, doc)
	p.await(t, "opened")
}

// stolenClient: P3, P4. Who has committed keeps the id; nothing the thief does
// is seen by the owner.
func stolenClient(t *testing.T, f *fort) {
	d, client := f.made(t, doc(t)), uuid.NewString()
	ann := hello(t, f.keyed, may("ann", "*", "write"), client)
	ann.await(t, "hello")
	ann.open(t, d)
	ann.sendf(t, `{"t":"op","doc":"%s","rev":0,"seq":1,"op":[{"insert":"x"}]}`, d)
	ann.await(t, "changes")
	eve := hello(t, f.keyed, may("eve", "*", "admin"), client)
	eve.await(t, "hello") // it does not replace ann
	eve.sendf(t, `{"t":"open","doc":"%s"}`, d)
	eve.failing(t, "client_taken")
	eve.sendf(t, `{"t":"op","doc":"%s","rev":1,"seq":2,"op":[{"insert":"y"}]}`, d)
	eve.failing(t, "not_found")
	body := `{"rev":1,"op":[{"insert":"y"}],"client":"` + client + `","seq":2}`
	status, code := ask(t, f.keyed, http.MethodPost, "/v1/documents/"+d+"/changes", may("eve", "*", "admin"), body)
	refused(t, "REST", status, code, http.StatusForbidden, "client_taken")
	ann.sendf(t, `{"t":"op","doc":"%s","rev":1,"seq":2,"op":[{"insert":"z"}]}`, d)
	if m := ann.await(t, "changes"); m["changes"].([]any)[0].(map[string]any)["rev"] != 2.0 {
		t.Errorf("the owner is disturbed: %v", m)
	}
}

// takenClient: P3. Who comes too late takes a new id and has lost nothing.
func takenClient(t *testing.T, f *fort) {
	d, client := f.made(t, doc(t)), uuid.NewString()
	eve := hello(t, f.keyed, may("eve", "*", "read"), client)
	eve.await(t, "hello")
	eve.open(t, d)
	ann := hello(t, f.keyed, may("ann", "*", "write"), client)
	ann.await(t, "hello")
	ann.sendf(t, `{"t":"open","doc":"%s"}`, d)
	ann.failing(t, "client_taken")
	again := hello(t, f.keyed, may("ann", "*", "write"), uuid.NewString())
	again.await(t, "hello")
	again.open(t, d)
	again.sendf(t, `{"t":"op","doc":"%s","rev":0,"seq":1,"op":[{"insert":"x"}]}`, d)
	again.await(t, "changes")
}

// obstructedClient: P3. A stranger's requests do not stand in the owner's way.
func obstructedClient(t *testing.T, f *fort) {
	d, client := f.made(t, doc(t)), uuid.NewString()
	ann := hello(t, f.keyed, may("ann", "*", "write"), client)
	ann.await(t, "hello")
	ann.open(t, d)
	eve := hello(t, f.keyed, may("eve", "*", "admin"), client)
	eve.await(t, "hello")
	for seq := 1; seq <= 50; seq++ {
		for range 20 {
			eve.sendf(t, `{"t":"open","doc":"%s"}`, d)
		}
		ann.sendf(t, `{"t":"op","doc":"%s","rev":%d,"seq":%d,"op":[{"insert":"x"}]}`, d, seq-1, seq)
		ann.await(t, "changes")
	}
	for range 50 * 20 {
		eve.failing(t, "client_taken")
	}
}

// spoofing: presence carries the client of the connection and the user of the
// token, whatever is said in it.
func spoofing(t *testing.T, f *fort) {
	d, mine := f.made(t, doc(t)), uuid.NewString()
	ann := hello(t, f.keyed, may("ann", "*", "write"), uuid.NewString())
	ann.await(t, "hello")
	ann.open(t, d)
	eve := hello(t, f.keyed, may("eve", "*", "read"), mine)
	eve.await(t, "hello")
	eve.open(t, d)
	eve.sendf(t, `{"t":"presence","doc":"%s","rev":0,"cursor":[1,1],"client":"%s","user":{"id":"ann"},"state":{"user":{"id":"ann"}}}`, d, uuid.NewString())
	peers := ann.await(t, "presence")["peers"].(map[string]any)
	peer, here := peers[mine].(map[string]any)
	if len(peers) != 1 || !here || peer["user"].(map[string]any)["id"] != "eve" {
		t.Errorf("others see %v", peers)
	}
}

// authorship: who wrote something is whom the token names.
func authorship(t *testing.T, f *fort) {
	d := f.made(t, doc(t))
	eve := hello(t, f.keyed, may("eve", "*", "write"), uuid.NewString())
	eve.await(t, "hello")
	eve.open(t, d)
	eve.sendf(t, `{"t":"op","doc":"%s","rev":0,"seq":1,"op":[{"insert":"x"}],"user":"ann","client":"%s"}`, d, uuid.NewString())
	if c := eve.await(t, "changes")["changes"].([]any)[0].(map[string]any); c["user"] != "eve" {
		t.Errorf("committed as %v", c)
	}
	status, code := ask(t, f.keyed, http.MethodPost, "/v1/documents/"+d+"/changes", may("eve", "*", "write"), `{"rev":1,"op":[],"user":"ann"}`)
	refused(t, "REST", status, code, http.StatusBadRequest, "bad_message")
}

// probing: A1. What may not be read answers alike whether it is there or not.
func probing(t *testing.T, f *fort) {
	there, absent := f.made(t, doc(t)), doc(t)
	token := may("eve", "mine:*", "admin")
	eve := hello(t, f.keyed, token, uuid.NewString())
	eve.await(t, "hello")
	for _, id := range []string{there, absent} {
		for _, frame := range []string{
			`{"t":"open","doc":"%s"}`, `{"t":"open","doc":"%s","rev":0}`, `{"t":"op","doc":"%s","rev":0,"seq":1,"op":[]}`,
			`{"t":"presence","doc":"%s","rev":0,"cursor":null}`, `{"t":"close","doc":"%s"}`,
		} {
			eve.sendf(t, frame, id)
			eve.failing(t, "forbidden")
		}
		for _, c := range [][2]string{
			{http.MethodGet, ""}, {http.MethodGet, "/content"}, {http.MethodGet, "/content?rev=x"}, {http.MethodGet, "/presence"},
			{http.MethodDelete, ""}, {http.MethodPost, "/changes"}, {http.MethodPost, "/versions"},
		} {
			status, code := ask(t, f.keyed, c[0], "/v1/documents/"+id+c[1], token, "")
			refused(t, c[0]+c[1], status, code, http.StatusForbidden, "forbidden")
		}
		status, code := ask(t, f.keyed, http.MethodPost, "/v1/documents", token, `{"id":"`+id+`"}`)
		refused(t, "create", status, code, http.StatusForbidden, "forbidden")
	}
}

func historyWithoutRead(t *testing.T, f *fort) {
	d := f.made(t, doc(t))
	for _, path := range []string{"/changes", "/history", "/diff?from=0", "/authorship", "/versions", "/content?rev=0", "/content?at=2026-01-01T00:00:00Z"} {
		status, code := ask(t, f.keyed, http.MethodGet, "/v1/documents/"+d+path, may("eve", "other", "admin"), "")
		refused(t, path, status, code, http.StatusForbidden, "forbidden")
	}
}

func restoringWithoutWrite(t *testing.T, f *fort) {
	d := f.made(t, doc(t))
	for path, body := range map[string]string{"/restore": `{"rev":0}`, "/versions": `{"name":"x"}`, "/changes": `{"rev":0,"op":[]}`} {
		status, code := ask(t, f.keyed, http.MethodPost, "/v1/documents/"+d+path, may("eve", d, "read"), body)
		refused(t, path, status, code, http.StatusForbidden, "forbidden")
	}
	for _, right := range []string{"read", "write"} {
		status, code := ask(t, f.keyed, http.MethodDelete, "/v1/documents/"+d, may("eve", d, right), "")
		refused(t, "delete with "+right, status, code, http.StatusForbidden, "forbidden")
	}
}

// downgrade: what came before the new token counts, what comes behind it does
// not, also where the server reads all of it at once.
func downgrade(t *testing.T, f *fort) {
	d := f.made(t, doc(t))
	ann := hello(t, f.keyed, may("ann", d, "write"), uuid.NewString())
	ann.await(t, "hello")
	ann.open(t, d)
	for _, text := range []string{
		`{"t":"op","doc":"` + d + `","rev":0,"seq":1,"op":[{"insert":"before"}]}`,
		`{"t":"auth","token":"` + may("ann", d, "read") + `"}`,
		`{"t":"op","doc":"` + d + `","rev":1,"seq":2,"op":[{"insert":"behind"}]}`,
	} {
		ann.sendf(t, "%s", text)
	}
	seen := map[any]any{}
	for len(seen) < 4 {
		m, err := ann.next()
		if err != nil {
			t.Fatal(err)
		}
		seen[m.(map[string]any)["t"]] = m
	}
	if e, ok := seen["error"].(map[string]any); !ok || e["code"] != "forbidden" || e["seq"] != 2.0 {
		t.Errorf("the op behind it: %v", seen)
	}
	if a, ok := seen["access"].(map[string]any); !ok || a["access"] != "read" {
		t.Errorf("its owner is not told: %v", seen)
	}
	status, code := ask(t, f.keyed, http.MethodGet, "/v1/documents/"+d+"/content?rev=2", may("ann", d, "read"), "")
	refused(t, "a second change", status, code, http.StatusNotFound, "not_found")
}

func dropping(t *testing.T, f *fort) {
	ann := join(t, f.keyed, may("ann", "*", "write"), doc(t))
	for _, token := range []string{may("eve", "*", "write"), may("eve", "d*", "admin"), may("eve", "ann", "admin")} {
		status, code := ask(t, f.keyed, http.MethodDelete, "/v1/sessions?user=ann", token, "")
		refused(t, "drop", status, code, http.StatusForbidden, "forbidden")
	}
	ann.sendf(t, `{"t":"ping"}`)
	ann.await(t, "pong")
}
