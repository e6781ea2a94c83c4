package auth_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coscribe/coscribe/auth"
	"pgregory.net/rapid"
)

func identity(t *testing.T, docs map[string]auth.Access) *auth.Identity {
	t.Helper()
	id, err := auth.NewIdentity("ann", "Ann", time.Time{}, docs)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// A1: the pattern with the most characters other than '*' wins; on a tie the
// one without '*', then the higher right. No match, no docs, or an unknown
// right: nothing.
func TestAccess(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		docs map[string]auth.Access
		doc  string
		want auth.Access
	}{
		{"no docs", nil, "handbook", auth.None},
		{"no match", map[string]auth.Access{"team-a:*": auth.Write}, "team-b:x", auth.None},
		{"match", map[string]auth.Access{"team-a:*": auth.Write, "handbook": auth.Read}, "team-a:x", auth.Write},
		{"exact", map[string]auth.Access{"team-a:*": auth.Write, "handbook": auth.Read}, "handbook", auth.Read},
		{"longer wins though lower", map[string]auth.Access{"*": auth.Admin, "team-a:*": auth.Read}, "team-a:x", auth.Read},
		{"longer wins though it gives nothing", map[string]auth.Access{"*": auth.Admin, "team-a:*": auth.None}, "team-a:x", auth.None},
		{"stars do not count", map[string]auth.Access{"a*": auth.Write, "*****": auth.Admin}, "abc", auth.Write},
		{"tie: without a star", map[string]auth.Access{"abc": auth.Read, "*abc": auth.Write, "a*bc": auth.Admin}, "abc", auth.Read},
		{"tie: the higher right", map[string]auth.Access{"ab*": auth.Read, "*bc": auth.Write}, "abc", auth.Write},
		{"characters, not bytes", map[string]auth.Access{"ü*": auth.Read, "*x": auth.Write}, "üx", auth.Write},
		{"server", map[string]auth.Access{"*": auth.Admin, "a:*": auth.Read}, "*", auth.Admin},
		{"not the server", map[string]auth.Access{"a:*": auth.Admin, "b:*": auth.Admin}, "*", auth.None},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := identity(t, test.docs).Access(test.doc); got != test.want {
				t.Errorf("Access(%q) = %v, want %v", test.doc, got, test.want)
			}
		})
	}
}

func TestAccessIsTheBestOfAllPatterns(t *testing.T) {
	t.Parallel()
	patterns := rapid.StringOfN(rapid.SampledFrom([]rune("ab*")), 0, 5, -1)
	rapid.Check(t, func(t *rapid.T) {
		docs := rapid.MapOf(patterns, rapid.SampledFrom([]auth.Access{auth.None, auth.Read, auth.Write, auth.Admin})).
			Draw(t, "docs")
		doc := rapid.StringMatching(`[ab]{0,5}`).Draw(t, "doc")
		who, err := auth.NewIdentity("ann", "", time.Time{}, docs)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := who.Access(doc), bestByDefinition(t, docs, doc); got != want {
			t.Fatalf("Access(%q) = %v, want %v", doc, got, want)
		}
	})
}

// bestByDefinition ranks each pattern, that matches on its own, by rule A1.
func bestByDefinition(t *rapid.T, docs map[string]auth.Access, doc string) auth.Access {
	bestRank, best := -1, auth.None
	for text, access := range docs {
		alone, err := auth.NewIdentity("ann", "", time.Time{}, map[string]auth.Access{text: auth.Admin})
		if err != nil {
			t.Fatal(err)
		}
		if alone.Access(doc) == auth.None {
			continue
		}
		rank := (len(text) - strings.Count(text, "*")) * 100
		if !strings.Contains(text, "*") {
			rank += 10
		}
		rank += int(access)
		if rank > bestRank {
			bestRank, best = rank, access
		}
	}
	return best
}

func TestAnonymous(t *testing.T) {
	t.Parallel()
	anonymous := auth.Anonymous()
	if anonymous.ID != "anonymous" || !anonymous.Expires.IsZero() {
		t.Errorf("Anonymous() = %q until %v, want anonymous for ever", anonymous.ID, anonymous.Expires)
	}
	for _, doc := range []string{"a", "team-a:spec", "*"} {
		if got := anonymous.Access(doc); got != auth.Admin {
			t.Errorf("Access(%q) = %v, want admin", doc, got)
		}
	}
}

func TestNewIdentityBounds(t *testing.T) {
	t.Parallel()
	many := make(map[string]auth.Access)
	for i := range auth.MaxPatterns + 1 {
		many[fmt.Sprint("doc-", i)] = auth.Read
	}
	tests := []struct {
		name, id, display string
		docs              map[string]auth.Access
		want              string // in the error; empty: none
	}{
		{"longest id and name", strings.Repeat("a", 256), strings.Repeat("b", 256), nil, ""},
		{"beyond ASCII", "jürgen", "Jürgen 🐧", nil, ""},
		{"no id", "", "Ann", nil, "sub, the id of the user, is missing"},
		{"long id", strings.Repeat("a", 257), "", nil, "sub has 257 bytes, the limit is 256"},
		{"U+0000", "a\x00b", "", nil, "sub has a control character"},
		{"newline", "a\nb", "", nil, "sub has a control character"},
		{"C1", "a\u0085b", "", nil, "sub has a control character"},
		{"not UTF-8", "a\xff", "", nil, "sub is not well-formed UTF-8"},
		{"long name", "ann", strings.Repeat("a", 257), nil, "name has 257 bytes, the limit is 256"},
		{"escape in the name", "ann", "\x1b[31m", nil, "name has a control character"},
		{"many patterns", "ann", "", many, "docs has 257 patterns, the limit is 256"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := auth.NewIdentity(test.id, test.display, time.Time{}, test.docs)
			if got := fmt.Sprint(err); test.want != "" && got != test.want || test.want == "" && err != nil {
				t.Errorf("error %q, want %q", got, test.want)
			}
		})
	}
}

func TestAccessNames(t *testing.T) {
	t.Parallel()
	for access, name := range map[auth.Access]string{auth.Read: "read", auth.Write: "write", auth.Admin: "admin"} {
		if access.String() != name || auth.ParseAccess(name) != access {
			t.Errorf("%q: String %q, ParseAccess %v", name, access, auth.ParseAccess(name))
		}
	}
	for _, name := range []string{"", "none", "comment", "Write", "write ", "owner"} {
		if got := auth.ParseAccess(name); got != auth.None {
			t.Errorf("ParseAccess(%q) = %v, want none", name, got)
		}
	}
	if got := auth.None.String(); got != "none" {
		t.Errorf("None is %q", got)
	}
}

// BenchmarkAccess is the worst case of the matcher: the most patterns, each of
// which fits until its last part.
func BenchmarkAccess(b *testing.B) {
	docs := make(map[string]auth.Access)
	for i := range auth.MaxPatterns {
		docs[fmt.Sprintf("%s*%d", strings.Repeat("a*", 40), i)] = auth.Read
	}
	who, err := auth.NewIdentity("ann", "", time.Time{}, docs)
	if err != nil {
		b.Fatal(err)
	}
	doc := strings.Repeat("a", 128)
	b.ReportAllocs()
	for b.Loop() {
		if who.Access(doc) != auth.None {
			b.Fatal("a pattern matches")
		}
	}
}
