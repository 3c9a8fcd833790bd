/** The part of a structural OpenAPI v3 schema that Akash's definitions use. */
export interface Schema {
  readonly type: "object" | "array" | "string" | "integer" | "number" | "boolean";
  readonly format?: string;
  readonly minimum?: number;
  readonly nullable?: true;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

export const text: Schema = { type: "string" };
export const flag: Schema = { type: "boolean" };
export const integer: Schema = { type: "integer" };

/** A 64-bit number that travels as text, because JSON numbers lose it. */
export const uint64Text: Schema = { type: "string", format: "uint64" };

export function number(format: string): Schema {
  return { type: "number", format };
}

export function integerOf(format: string, minimum?: number): Schema {
  return { type: "integer", format, ...(minimum === undefined ? {} : { minimum }) };
}

export function object(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: "object", properties };
}

export function list(items: Schema): Schema {
  return { type: "array", items };
}

export function nullable(schema: Schema): Schema {
  return { ...schema, nullable: true };
}
