// Stands in for the plugin's own Go SDK when the plugin is built from source: 26 MB of generated
// types, a third of the time of the whole build, of which the plugin uses what is written here.
module github.com/pulumi/pulumi-kubernetes/sdk/v4

go 1.26.0

require github.com/pulumi/pulumi/sdk/v3 v3.215.0
