package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// OPERATIONS.md lists every flag of the server with its environment variable
// and its default; README.md lists some; neither lists another.
func TestConfigurationTables(t *testing.T) {
	t.Parallel()
	have := make(map[string]setting)
	for _, flag := range parser(t, &Config{}).Model.Flags {
		if flag.Name != "help" {
			have["--"+flag.Name] = setting{env: strings.Join(flag.Envs, ", "), value: flag.Default}
		}
	}
	for _, page := range []string{"README.md", "OPERATIONS.md"} {
		documented := configurationTable(t, page)
		if len(documented) == 0 {
			t.Errorf("%s has no table of flags", page)
		}
		for flag, got := range documented {
			if want, here := have[flag]; !here || got != want {
				t.Errorf("%s: %s says %+v, the program %+v", flag, page, got, want)
			}
		}
		for flag := range have {
			if _, here := documented[flag]; !here && page == "OPERATIONS.md" {
				t.Errorf("%s lacks %s", page, flag)
			}
		}
	}
}

func parser(t *testing.T, grammar any) *kong.Kong {
	t.Helper()
	p, err := kong.New(grammar)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// flags is the configuration that a command line makes.
func flags(t *testing.T, args ...string) (c Config) {
	t.Helper()
	if _, err := parser(t, &c).Parse(args); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestBadFlags(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"--window", "999"}, {"--max-message-bytes", "1000"}, {"--max-document-length", "0"},
		{"--max-session-documents", "0"}, {"--max-sessions", "-1"}, {"--max-rooms", "-1"}, {"--session-byte-rate", "-1"},
		{"--jwt-secret-file", "a", "--jwks-url", "https://id.example"}, {"--jwt-public-key", "a", "--jwks-url", "https://id.example"},
		{"--jwt-secret-file", "a", "--jwt-public-key", "b"}, {"--jwt-issuer", "a"}, {"--jwt-audience", "a"},
		{"--webhook-url", "http://a.example"}, {"--webhook-secret-file", "a"}, {"--webhook-url", "ftp://a.example", "--webhook-secret-file", "a"},
		{"--trusted-proxies", "10.0.0.1/99"}, {"--log-format", "xml"}, {"--retain", "-1h"}, {"--shutdown-timeout", "-1s"},
	} {
		if _, err := parser(t, &Config{}).Parse(args); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
}

// Without a command's name the flags are those of serve.
func TestServeIsTheDefault(t *testing.T) {
	t.Parallel()
	var c commands
	line, err := parser(t, &c).Parse([]string{"--listen", "localhost:1", "--trusted-proxies", "10.0.0.0/8,fd00::/8"})
	if err != nil {
		t.Fatal(err)
	}
	if line.Command() != "serve" || c.Serve.Listen != "localhost:1" || len(c.Serve.TrustedProxies) != 2 {
		t.Errorf("%s: %+v", line.Command(), c.Serve)
	}
}

type setting struct{ env, value string }

// configurationTable reads the rows of a page that begin with a flag.
func configurationTable(t *testing.T, name string) map[string]setting {
	t.Helper()
	page, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| `(--[a-z-]+)` \\| `([A-Z_]+)` \\| (`[^`]+`|none) \\| .+ \\|$")
	table := make(map[string]setting)
	for _, cell := range row.FindAllStringSubmatch(string(page), -1) {
		value := strings.Trim(cell[3], "`")
		if value == "none" {
			value = ""
		}
		table[cell[1]] = setting{env: cell[2], value: value}
	}
	return table
}
