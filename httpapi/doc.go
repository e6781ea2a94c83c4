// Package httpapi is the REST half of the server: documents, their content,
// changes and presence, health, and the OpenAPI description of it all. Every
// route stands in routes.go. It decides who may do what in one place, access,
// and leaves the rest to the documents.
package httpapi
