// Package base has what describes values.
package base

import (
	"encoding/json"

	"github.com/pb33f/libopenapi/orderedmap"
	"go.yaml.in/yaml/v4"
)

// Info is a document's own description.
type Info struct{ Version string }

// Schema describes a value.
type Schema struct {
	Type                 []string
	Description          string
	Format               string
	Pattern              string
	Required             []string
	Enum                 []*yaml.Node
	Default              *yaml.Node
	Nullable             *bool
	ReadOnly             *bool
	Minimum              *float64
	Maximum              *float64
	MultipleOf           *float64
	MinLength            *int64
	MaxLength            *int64
	AllOf                []*SchemaProxy
	AnyOf                []*SchemaProxy
	OneOf                []*SchemaProxy
	Discriminator        *Discriminator
	Items                *DynamicValue[*SchemaProxy, bool]
	AdditionalProperties *DynamicValue[*SchemaProxy, bool]
	Properties           *orderedmap.Map[string, *SchemaProxy]
	Extensions           *orderedmap.Map[string, *yaml.Node]
}

// GoLow is where in a document it stands: in none.
func (*Schema) GoLow() *Place { return nil }

// MarshalJSONInline is the schema as JSON.
func (s *Schema) MarshalJSONInline() ([]byte, error) { return json.Marshal(s) }

// Place is where in a document a schema stands.
type Place struct{}

// Hash tells places apart.
func (*Place) Hash() uint64 { return 0 }

// SchemaProxy is a schema, or a reference to one.
type SchemaProxy struct{ schema *Schema }

// Schema is the schema itself.
func (p *SchemaProxy) Schema() *Schema { return p.schema }

// DynamicValue is one of two.
type DynamicValue[A, B any] struct {
	N int
	A A
	B B
}

// IsA tells whether it is the first.
func (d *DynamicValue[A, B]) IsA() bool { return d.N == 0 }

// Discriminator names the property that tells variants apart.
type Discriminator struct {
	PropertyName string
	Mapping      *orderedmap.Map[string, string]
}
