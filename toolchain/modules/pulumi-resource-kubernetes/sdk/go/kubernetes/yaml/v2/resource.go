// Package v2 registers objects of manifests, for the components ConfigFile, ConfigGroup, Directory and Chart.
package v2

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// RegisterResource registers an object of any kind under the token of its kind. The component that asks for it
// passes it on as a reference; its typed outputs, which the SDK has besides, are read by nobody in the plugin.
func RegisterResource(
	ctx *pulumi.Context, apiVersion, kind, name string, props pulumi.Input, opts ...pulumi.ResourceOption,
) (pulumi.CustomResource, error) {
	resource := &pulumi.CustomResourceState{}
	token := fmt.Sprintf("kubernetes:%s:%s", tokenVersion(apiVersion), kind)
	if err := ctx.RegisterResource(token, name, props, resource, opts...); err != nil {
		return nil, err
	}
	return resource, nil
}

// tokenVersion is the API version as tokens have it: the core group has no name in manifests and `core` in tokens.
func tokenVersion(apiVersion string) string {
	if apiVersion == "v1" {
		return "core/v1"
	}
	return apiVersion
}
