import { z } from "zod";
import { DEFAULT_VERSION_SET, VERSION_SETS } from "../versions/sets.ts";
import { text } from "./fields.ts";
import { POLICY_NAMES, type PolicyName } from "./policyNames.ts";

/** The set of versions a site is made of. */
export const versionsField = z
  .enum(VERSION_SETS)
  .default(DEFAULT_VERSION_SET)
  .describe(
    `versions of provider, operators, K3s and GPU operator that go together: ${VERSION_SETS.join(" or ")}; fields of their own win; default: ${DEFAULT_VERSION_SET}`,
  );

const exception = (rule: PolicyName) =>
  z
    .strictObject({
      enforcement: z
        .enum(["advisory", "disabled"])
        .describe("advisory: a violation is only said; disabled: it is not looked for"),
      because: text("why the rule does not fit this site, for whoever reads this file next"),
    })
    .optional()
    .describe(`exception from the policy ${rule}, with its reason`);

type Exceptions = { [Rule in PolicyName]: ReturnType<typeof exception> };

/** Exceptions from the policy pack. */
export const policiesField = z
  .strictObject(Object.fromEntries(POLICY_NAMES.map((rule) => [rule, exception(rule)])) as Exceptions)
  .describe("exceptions from the policies that `up` enforces, each with its reason; default: none")
  .prefault({});
