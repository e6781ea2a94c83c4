package auth

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPatternMatch(t *testing.T) {
	t.Parallel()
	tests := []struct {
		pattern, id string
		want        bool
	}{
		{"handbook", "handbook", true},
		{"handbook", "handbook2", false},
		{"handbook", "my-handbook", false},
		{"handbook", "Handbook", false},
		{"*", "", true},
		{"*", "anything:at-all", true},
		{"team-a:*", "team-a:", true},
		{"team-a:*", "team-a:spec", true},
		{"team-a:*", "team-ab:spec", false},
		{"*:draft", "team-a:draft", true},
		{"*:draft", "draft", false},
		{"a*b*c", "abc", true},
		{"a*b*c", "a-c-b-c", true},
		{"a*b*c", "acb", false},
		{"a**b", "ab", true},
		{"aba*aba", "aba", false}, // the ends must not share characters
		{"aba*aba", "abaaba", true},
		{"*ab*ab*", "xabx", false}, // nor must the parts
		{"*ab*b", "ab", false},
		{"a?c", "abc", false}, // '*' is the only sign
		{"a.c", "abc", false},
		{"", "", true},
		{"", "a", false},
		{"ü*", "übung", true},
	}
	for _, test := range tests {
		if got := parsePattern(test.pattern).match(test.id); got != test.want {
			t.Errorf("parsePattern(%q).match(%q) = %v, want %v", test.pattern, test.id, got, test.want)
		}
	}
}

func TestPatternMatchAgreesWithRegexp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("ab:ü*")), 0, 12, -1).Draw(t, "pattern")
		// Half of the ids are made from the pattern: random ones hardly ever match.
		id := strings.ReplaceAll(text, "*", rapid.StringMatching(`[ab:]{0,3}`).Draw(t, "run"))
		if rapid.Bool().Draw(t, "unrelated") {
			id = rapid.StringOfN(rapid.SampledFrom([]rune("ab:ü")), 0, 12, -1).Draw(t, "id")
		}
		model := regexp.MustCompile(`\A` + strings.ReplaceAll(regexp.QuoteMeta(text), `\*`, `.*`) + `\z`)
		if got, want := parsePattern(text).match(id), model.MatchString(id); got != want {
			t.Fatalf("parsePattern(%q).match(%q) = %v, the regexp says %v", text, id, got, want)
		}
	})
}

// FuzzPatternMatch compares the matcher with the definition, byte by byte.
func FuzzPatternMatch(f *testing.F) {
	f.Add("team-a:*", "team-a:spec")
	f.Add("*ab*ab*", "aab")
	f.Add("aba*aba", "aba")
	f.Add("a***\xff*", "a\xff")
	f.Fuzz(func(t *testing.T, text, id string) {
		if len(text)*len(id) > 1<<16 {
			return // the model is quadratic
		}
		if got, want := parsePattern(text).match(id), matchByDefinition(text, id); got != want {
			t.Fatalf("parsePattern(%q).match(%q) = %v, want %v", text, id, got, want)
		}
	})
}

// matchByDefinition asks for every prefix of the pattern which prefixes of the
// id it matches.
func matchByDefinition(pattern, id string) bool {
	matches := make([]bool, len(id)+1)
	matches[0] = true
	for i := range len(pattern) {
		next := make([]bool, len(id)+1)
		for j := range next {
			if pattern[i] == '*' {
				next[j] = matches[j] || j > 0 && next[j-1]
			} else {
				next[j] = j > 0 && matches[j-1] && id[j-1] == pattern[i]
			}
		}
		matches = next
	}
	return matches[len(id)]
}
