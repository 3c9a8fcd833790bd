// Package libopenapi refuses every document. The packages below it have the types that the engine
// names in what it would do with one.
package libopenapi

import (
	"errors"

	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
)

// Document is one that was read.
type Document interface {
	BuildV3Model() (*DocumentModel[v3.Document], error)
}

// DocumentModel is what a document describes.
type DocumentModel[T any] struct{ Model T }

// NewDocument says what is missing.
func NewDocument([]byte) (Document, error) {
	return nil, errors.New("this engine was built from its source without the reader of OpenAPI documents; " +
		"use an official release of Pulumi for this command")
}
