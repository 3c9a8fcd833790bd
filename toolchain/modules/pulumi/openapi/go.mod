// Stands in for the reader of OpenAPI documents when the engine is built from source: a fifth of the
// time of the whole build, for `pulumi api` alone, which calls Pulumi Cloud. That command then says
// what is missing; an official release has it.
module github.com/pb33f/libopenapi

go 1.26.0

require go.yaml.in/yaml/v4 v4.0.0-rc.4
