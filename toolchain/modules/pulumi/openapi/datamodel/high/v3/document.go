// Package v3 has what describes an API.
package v3

import (
	"github.com/pb33f/libopenapi/datamodel/high/base"
	"github.com/pb33f/libopenapi/orderedmap"
	"go.yaml.in/yaml/v4"
)

// Document is the description of an API.
type Document struct {
	Info       *base.Info
	Paths      *Paths
	Components *Components
}

// Components are what others refer to.
type Components struct {
	Schemas *orderedmap.Map[string, *base.SchemaProxy]
}

// Paths are those of the API.
type Paths struct {
	PathItems *orderedmap.Map[string, *PathItem]
}

// PathItem has the operations of a path.
type PathItem struct {
	Get, Post, Put, Delete, Patch, Head *Operation
}

// Operation is one method of a path.
type Operation struct {
	OperationId string
	Summary     string
	Description string
	Tags        []string
	Deprecated  *bool
	Parameters  []*Parameter
	RequestBody *RequestBody
	Responses   *Responses
	Extensions  *orderedmap.Map[string, *yaml.Node]
}

// Parameter is one of an operation.
type Parameter struct {
	Name        string
	In          string
	Description string
	Required    *bool
	Schema      *base.SchemaProxy
}

// RequestBody is what an operation takes.
type RequestBody struct {
	Content *orderedmap.Map[string, *MediaType]
}

// Responses are what an operation gives, by status.
type Responses struct {
	Codes   *orderedmap.Map[string, *Response]
	Default *Response
}

// Response is one of them.
type Response struct {
	Description string
	Content     *orderedmap.Map[string, *MediaType]
}

// MediaType is a body of one content type.
type MediaType struct{ Schema *base.SchemaProxy }
