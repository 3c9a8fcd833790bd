//go:build tools

// Package tools names the program this wrapper module builds, so that its
// dependencies stay in go.mod and go.sum.
package tools

import _ "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"
