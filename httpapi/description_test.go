package httpapi_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/coscribe/coscribe/internal/servertest"
)

// description is the server's own, as a JSON value.
func description(t *testing.T) map[string]any {
	t.Helper()
	answer := start(t, servertest.Options{}).Call(http.MethodGet, "/openapi.json", "")
	answers(t, answer, http.StatusOK, "")
	return answer.Fields
}

// The description is OpenAPI 3.1 by the schema that its makers publish
// (https://spec.openapis.org/oas/3.1/schema/2022-10-07).
func TestDescriptionValidates(t *testing.T) {
	file, err := os.Open("testdata/openapi-3.1-2022-10-07.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	official, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("openapi.json", official); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	page := description(t)
	if err := schema.Validate(page); err != nil {
		t.Error(err)
	}
	for what, spoil := range map[string]func(get map[string]any){
		"an operation without answers":  func(get map[string]any) { get["responses"] = 7 },
		"a field that there is not":     func(get map[string]any) { get["colour"] = "red" },
		"a parameter that is no object": func(get map[string]any) { get["parameters"] = []any{"id"} },
		"an answer without description": func(get map[string]any) {
			get["responses"] = map[string]any{"200": map[string]any{}}
		},
	} {
		spoilt := clone(t, page)
		spoil(at(t, spoilt, "paths", "/v1/documents/{id}", "get"))
		if schema.Validate(spoilt) == nil {
			t.Errorf("valid: %s", what)
		}
	}
}

// Every schema in the description is one, and takes the example beside it.
func TestExamplesFitTheirSchemas(t *testing.T) {
	page := description(t)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("api.json", page); err != nil {
		t.Fatal(err)
	}
	schemas, examples := 0, 0
	var walk func(v any, path string)
	walk = func(v any, path string) {
		object, ok := v.(map[string]any)
		if list, isList := v.([]any); isList {
			for i, item := range list {
				walk(item, path+"/"+strconv.Itoa(i))
			}
		}
		if !ok {
			return
		}
		if _, here := object["schema"]; here {
			schemas++
			schema, err := c.Compile("api.json#" + path + "/schema")
			if err != nil {
				t.Errorf("%s: %v", path, err)
				return
			}
			for _, example := range examplesOf(object) {
				examples++
				if err := schema.Validate(example); err != nil {
					t.Errorf("%s: %v", path, err)
				}
			}
		}
		for name, member := range object {
			walk(member, path+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
		}
	}
	walk(at(t, page, "paths"), "/paths")
	walk(at(t, page, "webhooks"), "/webhooks")
	if schemas < 50 || examples < 30 {
		t.Errorf("only %d schemas and %d examples were looked at", schemas, examples)
	}
}

// examplesOf returns what stands beside a schema.
func examplesOf(object map[string]any) (list []any) {
	if example, here := object["example"]; here {
		list = append(list, example)
	}
	several, _ := object["examples"].(map[string]any)
	for _, example := range several {
		if example, ok := example.(map[string]any); ok {
			list = append(list, example["value"])
		}
	}
	return list
}

// at returns a member of nested objects.
func at(t *testing.T, v map[string]any, path ...string) map[string]any {
	t.Helper()
	for _, name := range path {
		next, ok := v[name].(map[string]any)
		if !ok {
			t.Fatalf("the description has no %s of %v", name, path)
		}
		v = next
	}
	return v
}

func clone(t *testing.T, v map[string]any) (copied map[string]any) {
	t.Helper()
	data, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(data, &copied)
	}
	if err != nil {
		t.Fatal(err)
	}
	return copied
}
