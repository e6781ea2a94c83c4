package main

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The dashboard, the alerts and OPERATIONS.md name no metric that the server
// does not have, and OPERATIONS.md names every one.
func TestMetricsAreDocumented(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("a secret for tests"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, _ := start(t, filepath.Join(t.TempDir(), "x.db"), "--max-address-sessions", "1",
		"--webhook-url", newListener(t).URL, "--webhook-secret-file", secret)
	have := exposed(t, p.URL())
	name := regexp.MustCompile(`\b(?:coscribe|go|process)_[a-z_]+[a-z]`)
	for _, page := range []string{"OPERATIONS.md", "deploy/grafana/coscribe.json", "deploy/prometheus/alerts.yml"} {
		text, err := os.ReadFile("../../" + page)
		if err != nil {
			t.Fatal(err)
		}
		named := make(map[string]bool)
		for _, metric := range name.FindAllString(string(text), -1) {
			metric = series(metric)
			named[metric] = true
			if !have[metric] {
				t.Errorf("%s names %s, which there is not", page, metric)
			}
		}
		if len(named) < 5 {
			t.Errorf("%s names %d metrics", page, len(named))
		}
		for metric := range have {
			if page == "OPERATIONS.md" && strings.HasPrefix(metric, "coscribe_") && !named[metric] {
				t.Errorf("%s does not tell of %s", page, metric)
			}
		}
	}
}

// series takes the ending of a histogram's parts away.
func series(metric string) string {
	for _, ending := range []string{"_bucket", "_sum", "_count"} {
		if whole, ok := strings.CutSuffix(metric, ending); ok {
			return whole
		}
	}
	return metric
}

// exposed returns the metrics of a server on which everything has happened
// that makes one appear.
func exposed(t *testing.T, url string) map[string]bool {
	t.Helper()
	address := strings.TrimPrefix(url, "http://")
	ann := join(t, address, "", "d")
	ann.sendf(t, `{"t":"op","doc":"d","rev":0,"seq":9,"op":[]}`) // refused by the room
	ann.await(t, "error")
	ann.sendf(t, `{"t":"op","doc":"e","rev":0,"seq":1,"op":[]}`) // refused by the session
	ann.await(t, "error")
	ben := connect(t, address) // refused as one too many
	ben.await(t, "error")
	_, _ = ben.next()
	_ = ann.conn.Close()
	status(url + "/v1/documents")
	resp, err := http.Post(url+"/v1/documents", "text/plain", strings.NewReader("x")) // turned away
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	have := make(map[string]bool)
	for !have["coscribe_sessions_closed_total"] { // ann's end is noticed a moment later
		for _, line := range strings.Split(get(t, url+"/metrics"), "\n") {
			if field := strings.Fields(line); len(field) == 4 && field[1] == "TYPE" {
				have[field[2]] = true
			}
		}
	}
	return have
}

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The image is built from a list of folders: all that the server is made of,
// with what it embeds, is on it.
func TestImageIsBuiltFromEverything(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../deploy/Dockerfile.dockerignore")
	if err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]bool)
	for line := range strings.Lines(string(text)) {
		if folder, in := strings.CutPrefix(strings.TrimSpace(line), "!"); in {
			listed[folder] = true
		}
	}
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if .Module}}{{if .Module.Main}}{{.ImportPath}}{{end}}{{end}}", ".").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	packages := strings.Fields(string(out))
	if len(packages) < 10 {
		t.Errorf("the server is made of %q", packages)
	}
	for _, path := range packages {
		top, _, _ := strings.Cut(strings.TrimPrefix(path, module), "/")
		if !listed[top] {
			t.Errorf("Dockerfile.dockerignore keeps %s from the build, which needs %s", top, path)
		}
	}
	for folder := range listed {
		if _, err := os.Stat("../../" + folder); err != nil {
			t.Errorf("Dockerfile.dockerignore lists %s: %v", folder, err)
		}
	}
}

// The unit and the image start the server with a command line that it takes,
// and set no variable that it does not know.
func TestDeployedSettings(t *testing.T) {
	t.Parallel()
	known := make(map[string]bool)
	for _, flag := range parser(t, &Config{}).Model.Flags {
		for _, env := range flag.Envs {
			known[env] = true
		}
	}
	variable := regexp.MustCompile(`\bCOSCRIBE_[A-Z_]+`)
	for _, page := range []string{"Dockerfile", "compose.yaml", "coscribe.service"} {
		text, err := os.ReadFile("../../deploy/" + page)
		if err != nil {
			t.Fatal(err)
		}
		for _, env := range variable.FindAllString(string(text), -1) {
			if env = strings.TrimSuffix(env, "_"); env != "COSCRIBE" && !known[env] {
				t.Errorf("%s sets %s, which nobody reads", page, env)
			}
		}
	}
	unit, err := os.ReadFile("../../deploy/coscribe.service")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^ExecStart=\S+ (.+)$`).FindSubmatch(unit)
	if line == nil {
		t.Fatal("the unit starts nothing")
	}
	if _, err := parser(t, new(commands)).Parse(strings.Fields(string(line[1]))); err != nil {
		t.Errorf("ExecStart: %v", err)
	}
}
