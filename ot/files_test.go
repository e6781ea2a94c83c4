package ot_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coscribe/coscribe/ot"
)

// conformance is where the whole conformance data lies, beside a checkout. A
// clone alone has the part in testdata.
const conformance = "../../shared/conformance"

// existing returns those of the paths that are there.
func existing(t testing.TB, paths ...string) []string {
	t.Helper()
	var out []string
	for _, path := range paths {
		switch _, err := os.Stat(path); {
		case err == nil:
			out = append(out, path)
		case !errors.Is(err, fs.ErrNotExist):
			t.Fatal(err)
		}
	}
	return out
}

// load reads a file, unzipped where its name ends in .gz.
func load(t testing.TB, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.FromSlash(path))
	if err == nil && strings.HasSuffix(path, ".gz") {
		var r *gzip.Reader
		if r, err = gzip.NewReader(bytes.NewReader(raw)); err == nil {
			raw, err = io.ReadAll(r)
		}
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return raw
}

// parse reads a delta or a text leniently: vectors hold what Decode of
// package otjson refuses, such as components of length 0.
func parse(raw json.RawMessage) (ot.Delta, error) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return ot.Delta{ot.Insert(text, nil)}, nil
	}
	var list []struct {
		Insert     any            `json:"insert"`
		Retain     *int           `json:"retain"`
		Delete     *int           `json:"delete"`
		Attributes map[string]any `json:"attributes"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	var d ot.Delta
	for _, c := range list {
		a, err := attributes(c.Attributes)
		if err != nil {
			return nil, err
		}
		switch insert := c.Insert.(type) {
		case string:
			d = append(d, ot.Insert(insert, a))
		case map[string]any:
			e, err := attributes(insert)
			if err != nil || e.Len() != 1 {
				return nil, fmt.Errorf("embed %v: %w", insert, err)
			}
			for key, value := range e.All() {
				d = append(d, ot.InsertEmbed(ot.Embed{Key: key, Value: value}, a))
			}
		default:
			switch {
			case c.Retain != nil:
				d = append(d, ot.Retain(*c.Retain, a))
			case c.Delete != nil:
				d = append(d, ot.Delete(*c.Delete))
			}
		}
	}
	return d, nil
}

func attributes(object map[string]any) (*ot.Attributes, error) {
	var list []ot.Attribute
	for key, x := range object {
		v, err := ot.ValueOf(x)
		if err != nil {
			return nil, err
		}
		list = append(list, ot.Attribute{Key: key, Value: v})
	}
	return ot.MakeAttributes(list...), nil
}
