import * as pulumi from "@pulumi/pulumi";

export { guard } from "./guard.ts";

/** Resource properties as the engine hands them to an implementation: plain, unwrapped values. */
export type Properties = Record<string, unknown>;

/**
 * What a module named by `implementation` exports, as a function `handler` that returns it.
 * The engine calls these in the dynamic provider's process; `read` runs on refresh and returns the
 * observed values both as `props` and, where they can be declared, as `inputs`, so that the engine's own
 * diff is the drift.
 */
export type Implementation = pulumi.dynamic.ResourceProvider;

/**
 * A resource whose create, read, update, diff and delete are a plain module without Pulumi in it.
 *
 * The SDK's `dynamic.Resource` captures its implementation by value: it walks the closure (loading the
 * TypeScript compiler, about 0.4 s a run) and stores the program text in the state, so that `read` and
 * `delete` run the code of the day the resource was made. This class stores two `require`s of package
 * specifiers instead: the state stays small, an upgrade of the package upgrades every resource, and all
 * resources of one run share the module's state (the signing queue, the chain connection).
 */
export abstract class DynamicResource extends pulumi.CustomResource {
  /**
   * @param type `area:PascalCase`, shown as `pulumi-nodejs:dynamic/area:PascalCase`
   * @param implementation path below `components/` without its ending, for example `chain/registrationProvider`
   * @param inputs what is declared
   * @param outputs names of the properties that only the implementation knows
   */
  constructor(
    type: string,
    implementation: string,
    name: string,
    inputs: pulumi.Inputs,
    outputs: readonly string[],
    opts?: pulumi.CustomResourceOptions,
  ) {
    const unset = Object.fromEntries(outputs.map((output) => [output, undefined]));
    const load = (path: string) => `require(${JSON.stringify(`pulumi-akash/providers/${path}`)})`;
    const handler = `exports.handler = () => ${load("dynamic/guard")}.guard(${load(implementation)}.handler());`;
    super(`pulumi-nodejs:dynamic/${type}`, name, { ...unset, ...inputs, __provider: handler }, opts);
  }
}
