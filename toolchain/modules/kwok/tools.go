//go:build tools

// Package tools names the programs this wrapper module builds, so that their
// dependencies stay in go.mod and go.sum.
package tools

import (
	_ "sigs.k8s.io/kwok/cmd/kwok"
)
