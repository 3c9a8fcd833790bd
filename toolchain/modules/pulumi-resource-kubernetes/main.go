// Command pulumi-resource-kubernetes serves the Kubernetes resource plugin
// from its Go module, for machines that reach the module proxy but not the
// plugin's release. The two embedded files come from the same module: the
// builder copies them beside this file (`embed` in pins.json), since go:embed
// cannot name files of another module.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

//go:embed schema.json
var schema []byte

//go:embed terraform-mapping.json
var terraformMapping []byte

func main() {
	provider.Serve("kubernetes", version.Version, schema, terraformMapping)
}
