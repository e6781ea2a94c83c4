package httpapi

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed" // the page and its style
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

var (
	//go:embed page/reference.html
	referencePage string
	//go:embed page/reference.css
	referenceStyle string
)

var referenceTemplate = template.Must(template.New("reference").Parse(referencePage))

// reference is the description as a page for people. It needs nothing but
// itself: no script, no font, no other host.
type reference struct {
	Title, Description string
	Style              template.CSS
	Calls, Told        []call
	Problem            []field
}

// call is one operation on the page.
type call struct {
	ID, Method, Path     string
	Summary, Description string
	Curl                 string
	Parameters           []field
	Body                 shape
	Answers              []answer
	Refusals             []string
}

// answer is what a call may bring where nothing is wrong.
type answer struct {
	Status, Description string
	Forms               []shape
}

// shape is a body in a media type.
type shape struct {
	Media, Type, Description string
	Fields                   []field
	Examples                 []string
}

// field is a parameter, or a member of a body: with dots where it is nested.
type field struct {
	Name, Type, Description string
	Required                bool
}

// serveReference renders the page once. The policy lets it be styled by its
// own style, and nothing else.
func serveReference(mux *http.ServeMux, api *huma.OpenAPI) {
	var page bytes.Buffer
	if err := referenceTemplate.Execute(&page, newReference(api)); err != nil {
		panic("internal error: the reference: " + err.Error())
	}
	sum := sha256.Sum256([]byte(referenceStyle))
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	mux.HandleFunc("GET /docs", func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", policy)
		h.Set("Cache-Control", "no-cache")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(page.Bytes()) // the reader may have gone
	})
}

func newReference(api *huma.OpenAPI) reference {
	schemas := api.Components.Schemas
	r := reference{Title: api.Info.Title, Description: api.Info.Description}
	r.Style = template.CSS(referenceStyle) //nolint:gosec // it is our own
	for _, path := range slices.Sorted(maps.Keys(api.Paths)) {
		item := api.Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Delete} {
			if op != nil {
				c := newCall(op, schemas)
				c.Curl, c.Body.Examples = curl(op), nil // it has the example
				r.Calls = append(r.Calls, c)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(api.Webhooks)) {
		r.Told = append(r.Told, newCall(api.Webhooks[name].Post, schemas))
	}
	if problem := schemas.Map()["Problem"]; problem != nil {
		r.Problem = fields(problem, schemas, "", 0)
	}
	return r
}

func newCall(op *huma.Operation, schemas huma.Registry) call {
	c := call{ID: op.OperationID, Method: op.Method, Path: op.Path, Summary: op.Summary, Description: op.Description}
	for _, p := range op.Parameters {
		c.Parameters = append(c.Parameters, field{
			Name: p.Name, Type: p.In + ", " + typeOf(p.Schema, schemas), Required: p.Required,
			Description: sentence(cmp.Or(p.Description, p.Schema.Description), p.Schema),
		})
	}
	if op.RequestBody != nil {
		c.Body = shapes(op.RequestBody.Content, schemas)[0]
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		response := op.Responses[status]
		if _, problem := response.Content["application/problem+json"]; problem {
			c.Refusals = append(c.Refusals, status+" "+response.Description)
			continue
		}
		c.Answers = append(c.Answers, answer{status, response.Description, shapes(response.Content, schemas)})
	}
	return c
}

func shapes(content map[string]*huma.MediaType, schemas huma.Registry) (list []shape) {
	for _, media := range slices.Sorted(maps.Keys(content)) {
		m := content[media]
		s := shape{
			Media: media, Type: typeOf(m.Schema, schemas), Description: m.Schema.Description, Fields: fields(m.Schema, schemas, "", 0),
		}
		if m.Example != nil {
			s.Examples = append(s.Examples, indented(m.Example))
		}
		for _, name := range slices.Sorted(maps.Keys(m.Examples)) {
			s.Examples = append(s.Examples, indented(m.Examples[name].Value))
		}
		list = append(list, s)
	}
	return list
}

// deepest is how far into a body the page goes.
const deepest = 4

// fields lists the members of a schema, and theirs behind them.
func fields(s *huma.Schema, schemas huma.Registry, prefix string, depth int) (list []field) {
	s = resolved(s, schemas)
	switch {
	case depth > deepest:
	case s.Type == huma.TypeArray:
		return fields(s.Items, schemas, prefix+"[]", depth+1)
	case s.Type == huma.TypeObject:
		if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
			return fields(more, schemas, prefix+".*", depth+1)
		}
		required := slices.Clone(s.Required)
		names := slices.SortedFunc(maps.Keys(s.Properties), func(a, b string) int { // those that are always there first
			return cmp.Or(cmp.Compare(order(required, a), order(required, b)), cmp.Compare(a, b))
		})
		for _, name := range names {
			member := s.Properties[name]
			path := strings.TrimPrefix(prefix+"."+name, ".")
			list = append(list, field{
				Name: path, Type: typeOf(member, schemas), Required: slices.Contains(required, name),
				Description: sentence(member.Description, member),
			})
			list = append(list, fields(member, schemas, path, depth+1)...)
		}
	}
	return list
}

func order(list []string, name string) int {
	if i := slices.Index(list, name); i >= 0 {
		return i
	}
	return len(list)
}

func resolved(s *huma.Schema, schemas huma.Registry) *huma.Schema {
	if s.Ref != "" {
		return schemas.SchemaFromRef(s.Ref)
	}
	return s
}

func typeOf(s *huma.Schema, schemas huma.Registry) string {
	s = resolved(s, schemas)
	name := cmp.Or(s.Type, "JSON value")
	switch {
	case s.Type == huma.TypeArray && s.Items != nil:
		name = "list of " + typeOf(s.Items, schemas) + "s"
	case s.Format == "uuid" || s.Format == "date-time":
		name = strings.TrimPrefix(s.Format, "date-")
	}
	if s.Nullable {
		name += " or null"
	}
	return name
}

// sentence adds to a description what else is known of values.
func sentence(description string, s *huma.Schema) string {
	parts := []string{}
	if description != "" {
		parts = append(parts, description)
	}
	if len(s.Enum) > 0 {
		values := make([]string, len(s.Enum))
		for i, v := range s.Enum {
			values[i] = fmt.Sprint(v)
		}
		parts = append(parts, "One of "+strings.Join(values, ", "))
	}
	if s.Maximum != nil {
		parts = append(parts, fmt.Sprintf("At most %.0f", *s.Maximum))
	}
	if s.MaxLength != nil {
		parts = append(parts, fmt.Sprintf("At most %d characters", *s.MaxLength))
	}
	if s.Default != nil {
		parts = append(parts, fmt.Sprintf("Default %v", s.Default))
	}
	return strings.Join(parts, ". ")
}

func indented(example any) string {
	data, err := json.Marshal(example)
	var text bytes.Buffer
	if err == nil {
		err = json.Indent(&text, data, "", "  ")
	}
	if err != nil {
		panic("internal error: an example is no JSON: " + err.Error())
	}
	return text.String()
}

// curl is a call's example as one types it into a shell.
func curl(op *huma.Operation) string {
	path, query := op.Path, url.Values{}
	for _, p := range op.Parameters {
		value := fmt.Sprint(p.Example)
		if raw, ok := p.Example.(json.RawMessage); ok {
			value = strings.Trim(string(raw), `"`)
		}
		switch {
		case p.Example == nil:
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", value)
		case p.In == "query":
			query.Set(p.Name, value)
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	text := `curl "$URL` + path + `" -H "Authorization: Bearer $TOKEN"`
	if op.Method == http.MethodDelete {
		text += " -X DELETE"
	}
	if op.RequestBody != nil {
		if body, ok := op.RequestBody.Content["application/json"].Example.(json.RawMessage); ok {
			text += " \\\n  -H 'Content-Type: application/json' \\\n  -d '" + strings.ReplaceAll(string(body), "'", `'\''`) + "'"
		}
	}
	return text
}
