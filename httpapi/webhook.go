package httpapi

import (
	"encoding/json"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/coscribe/coscribe/webhooks"
)

// describeWebhook adds the calls that the server makes itself, of a receiver
// that it was given at its start.
func describeWebhook(api *huma.OpenAPI) {
	bodies := make(map[string]*huma.Example)
	for event, body := range told {
		bodies[event] = &huma.Example{Value: json.RawMessage(body)}
	}
	api.Webhooks = map[string]*huma.PathItem{"event": {Post: &huma.Operation{
		OperationID: "event",
		Summary:     "Something has happened to a document",
		Description: "Told at least once: an id that was seen before is a repeat. Those of one document come in order.",
		Parameters: []*huma.Param{{
			Name: "Coscribe-Signature", In: "header", Required: true, Schema: &huma.Schema{Type: huma.TypeString},
			Description: "t=SECONDS,v1=HEX: the time of this try, and the HMAC-SHA256 of SECONDS, a dot and the body",
		}},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {
			Schema:   huma.SchemaFromType(api.Components.Schemas, reflect.TypeFor[webhooks.Message]()),
			Examples: bodies,
		}}},
		Responses: map[string]*huma.Response{
			"2XX":     {Description: "It was taken"},
			"default": {Description: "It is told again later; a redirect is not followed"},
		},
		Method: http.MethodPost,
	}}}
}

// told is an example of each event.
var told = map[string]string{
	"created": `{"id":"4b6d3f60-6a35-5c0e-8f5b-9b1a2c3d4e5f","event":"created","doc":"handbook","epoch":` + exampleEpoch + `,"rev":0,"at":` + exampleTime + `}`,
	"changed": `{"id":"5c7e4071-7b46-5d1f-9a6c-0c2b3d4e5f60","event":"changed","doc":"handbook","epoch":` + exampleEpoch + `,"from":0,"rev":1,"at":` + exampleTime + `}`,
	"version": `{"id":"6d8f5182-8c57-5e20-ab7d-1d3c4e5f6071","event":"version","doc":"handbook","epoch":` + exampleEpoch + `,"rev":1,"at":` + exampleTime +
		`,"version":{"id":` + exampleVersion + `,"name":"for review","user":"anonymous"}}`,
	"deleted": `{"id":"7e906293-9d68-5f31-bc8e-2e4d5f607182","event":"deleted","doc":"handbook","epoch":` + exampleEpoch + `,"rev":1,"at":` + exampleTime + `}`,
}
