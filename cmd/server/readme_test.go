package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// README.md lists every flag with its environment variable and its default,
// and no other.
func TestReadmeConfiguration(t *testing.T) {
	t.Parallel()
	parser, err := kong.New(&Config{})
	if err != nil {
		t.Fatal(err)
	}
	documented := configurationTable(t)
	for _, flag := range parser.Model.Flags {
		if flag.Name == "help" {
			continue
		}
		want := setting{env: strings.Join(flag.Envs, ", "), value: flag.Default}
		if got, here := documented["--"+flag.Name]; !here || got != want {
			t.Errorf("--%s: README.md says %+v, the program %+v", flag.Name, got, want)
		}
		delete(documented, "--"+flag.Name)
	}
	for flag := range documented {
		t.Errorf("README.md lists %s, which the program does not have", flag)
	}
}

type setting struct{ env, value string }

// configurationTable reads the rows that begin with a flag.
func configurationTable(t *testing.T) map[string]setting {
	t.Helper()
	page, err := os.ReadFile("../../README.md")
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
