package httpapi

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/coscribe/coscribe/format"
)

// describeAnswers adds to the description what the types of the handlers do
// not tell: answers whose form the caller chooses, and an example of each call.
func (a *api) describeAnswers(api *huma.OpenAPI) {
	content := operation(api, http.MethodGet, "/v1/documents/{id}/content")
	pages := make(map[string]*huma.MediaType)
	for f, name := range media {
		pages[name] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Description: "The content as " + f.String()}}
	}
	pages[media[format.Delta]].Schema = &huma.Schema{
		Type: huma.TypeArray, Description: "A list of inserts", Items: &huma.Schema{Type: huma.TypeObject},
	}
	content.Responses["200"].Content = pages
	content.Responses["304"] = &huma.Response{Description: "The caller has it already, as If-None-Match says"}

	compare := operation(api, http.MethodGet, "/v1/documents/{id}/diff")
	compare.Responses["200"].Content = map[string]*huma.MediaType{
		media[format.Delta]: {Schema: huma.SchemaFromType(api.Components.Schemas, reflect.TypeFor[diff]())},
		media[format.HTML]:  {Schema: &huma.Schema{Type: huma.TypeString, Description: "With format=html"}},
	}
	who := operation(api, http.MethodGet, "/v1/documents/{id}/authorship")
	who.Responses["200"].Content = map[string]*huma.MediaType{
		media[format.Delta]: {Schema: api.Components.Schemas.Schema(reflect.TypeFor[authorship](), true, "")},
	}
	describeWebhook(api)
	for _, item := range api.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Delete} {
			if op != nil {
				examples[op.OperationID].add(op)
			}
		}
	}
}

func operation(api *huma.OpenAPI, method, path string) *huma.Operation {
	item := api.Paths[path]
	if method == http.MethodGet {
		return item.Get
	}
	return item.Post
}

// example is one call and what it may bring, as the description shows them.
// Ids and times differ each time.
type example struct {
	parameters map[string]any
	body       string
	answer     string
}

const (
	exampleEpoch   = `"9b2f6c1e-6a1b-4b0e-8d3c-2f1a5c7e9d04"`
	exampleClient  = `"3f0a52a6-58b3-4b0e-9d0e-6a1c4c1d0a01"`
	exampleVersion = `"0198c5a2-7d3e-7c44-9a55-1f2e3d4c5b6a"`
	exampleTime    = `"2026-03-01T09:30:00.125Z"`
	exampleDoc     = `{"id":"handbook","type":"rich-text","epoch":` + exampleEpoch + `,"rev":0,"length":6,"created":` + exampleTime + `,"updated":` + exampleTime + `}`
	exampleOp      = `[{"retain":5},{"insert":"!"}]`
	exampleName    = `{"id":` + exampleVersion + `,"name":"for review","rev":1,"user":"anonymous","at":` + exampleTime + `}`
)

var examples = map[string]example{
	"createDocument": {body: `{"id":"handbook","format":"markdown","content":"Hello"}`, answer: exampleDoc},
	"listDocuments":  {parameters: map[string]any{"prefix": "hand"}, answer: `{"documents":[` + exampleDoc + `],"next":null}`},
	"getDocument":    {answer: exampleDoc},
	"deleteDocument": {},
	"getContent":     {parameters: map[string]any{"rev": 0}, answer: `[{"insert":"Hello\n"}]`},
	"submitChange": {
		body:   `{"rev":0,"op":` + exampleOp + `,"client":` + exampleClient + `,"seq":1}`,
		answer: `{"rev":1,"op":` + exampleOp + `}`,
	},
	"listChanges": {
		parameters: map[string]any{"after": 0, "limit": 10},
		answer:     `{"changes":[{"rev":1,"op":` + exampleOp + `,"client":` + exampleClient + `,"seq":1,"user":"anonymous","at":` + exampleTime + `}],"next":null}`,
	},
	"listHistory": {
		parameters: map[string]any{"after": 0, "limit": 10},
		answer: `{"history":[{"from":0,"to":1,"users":["anonymous"],"started":` + exampleTime + `,"ended":` + exampleTime +
			`,"added":1,"removed":0}],"next":null}`,
	},
	"getDiff": {parameters: map[string]any{"from": 0, "to": 1}, answer: `{"from":0,"to":1,"op":` + exampleOp + `}`},
	"getAuthorship": {
		parameters: map[string]any{"rev": 0, "by": "user"},
		answer:     `{"rev":0,"runs":[{"length":6,"user":"anonymous","rev":0,"at":` + exampleTime + `}]}`,
	},
	"createVersion": {body: `{"name":"for review","rev":1}`, answer: exampleName},
	"listVersions":  {answer: `{"versions":[` + exampleName + `],"next":null}`},
	"deleteVersion": {},
	"restore":       {body: `{"rev":0}`, answer: `{"rev":2,"appended":true}`},
	"dropSessions":  {parameters: map[string]any{"user": "ann"}},
	"getPresence":   {answer: `{"rev":2,"peers":{}}`},
}

func (e example) add(op *huma.Operation) {
	for _, p := range op.Parameters {
		if p.In == "path" && p.Name == "id" {
			p.Example = "handbook"
		} else if p.In == "path" {
			p.Example = json.RawMessage(exampleVersion)
		}
		if value, ok := e.parameters[p.Name]; ok {
			p.Example = value
		}
	}
	if e.body != "" {
		op.RequestBody.Content["application/json"].Example = json.RawMessage(e.body)
	}
	if e.answer != "" {
		op.Responses[strconv.Itoa(op.DefaultStatus)].Content["application/json"].Example = json.RawMessage(e.answer)
	}
}
