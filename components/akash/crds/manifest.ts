import {
  flag,
  integer,
  integerOf,
  list,
  nullable,
  number,
  object,
  type Schema,
  text,
  uint64Text,
} from "./schema.ts";

/** Lease id, the same in manifests and leased addresses. */
export const leaseId: Schema = object({
  owner: text,
  dseq: uint64Text,
  gseq: integer,
  oseq: integer,
  provider: text,
});

const attributes = nullable(list(object({ key: text, value: text })));
const units = object({ units: number("uint32"), attributes });

const resources = object({
  id: number("uint32"),
  cpu: units,
  gpu: units,
  memory: object({ size: uint64Text, attributes }),
  storage: list(object({ name: text, size: uint64Text, attributes })),
});

/** Resources before v2beta2: no ids, attributes or GPUs. */
const unit = object({
  cpu: number("uint32"),
  memory: uint64Text,
  storage: list(object({ size: uint64Text, name: text })),
});

const expose = list(
  object({
    endpoint_sequence_number: number("uint32"),
    ip: text,
    port: integerOf("uint16"),
    external_port: integerOf("uint16"),
    proto: text,
    service: text,
    global: flag,
    http_options: object({
      max_body_size: integer,
      read_timeout: integer,
      send_timeout: integer,
      next_tries: integer,
      next_timeout: integer,
      next_cases: list(text),
    }),
    hosts: list(text),
  }),
);

const params = nullable(
  object({
    storage: list(object({ name: text, readOnly: flag, mount: text })),
    permissions: nullable(object({ read: list(text) })),
  }),
);

const schedulerParams = nullable(
  object({
    runtime_class: text,
    resources: nullable(
      object({
        gpu: nullable(object({ vendor: text, model: text, interface: text, memory_size: uint64Text })),
        interconnect: nullable(
          object({
            enabled: flag,
            units: integerOf("int64", 0),
            resource_name: text,
            fabric: text,
            nccl_hca_prefixes: list(text),
          }),
        ),
      }),
    ),
    attestation_disabled: flag,
    tee_type: text,
  }),
);

const credentials = nullable(object({ host: text, email: text, username: text, password: text }));

const service = {
  name: text,
  image: text,
  command: list(text),
  args: list(text),
  env: list(text),
  count: number("uint64"),
  expose,
  params,
};

function manifest(properties: Readonly<Record<string, Schema>>): Schema {
  return object({ lease_id: leaseId, group: object({ name: text, services: list(object(properties)) }) });
}

export const manifestV2beta1: Schema = manifest({ ...service, unit });

export const manifestV2beta2: Schema = manifest({
  ...service,
  resources,
  scheduler_params: schedulerParams,
  interconnect_group: text,
  credentials,
});
