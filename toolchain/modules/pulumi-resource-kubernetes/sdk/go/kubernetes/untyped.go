// Package kubernetes has the one type of the SDK's root that the plugin uses.
package kubernetes

import "reflect"

// UntypedArgs are the inputs of a resource as its manifest has them.
type UntypedArgs map[string]any

// ElementType makes them an input of a resource.
func (UntypedArgs) ElementType() reflect.Type { return reflect.TypeFor[map[string]any]() }
