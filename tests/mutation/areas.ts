/** What is mutated, and the unit tests that have to notice. */
export interface Area {
  readonly files: readonly string[];
  readonly tests: readonly string[];
  /** Text that is not mutated; see `wording.ts`. */
  readonly ignored: readonly ("wording" | "prose")[];
}

/**
 * Everything that decides. Left out: what only declares resources (files named like a class) and handlers of
 * dynamic resources, which the integration tests judge against a real chain and a real API server.
 */
export const areas: Readonly<Record<string, Area>> = {
  chain: {
    files: ["components/chain/*.ts", "!components/chain/[A-Z]*.ts", "!components/chain/*Provider.ts"],
    tests: ["tests/unit/chain/*.test.ts"],
    ignored: ["wording"],
  },
  wallet: {
    files: ["components/wallet/**/*.ts", "!components/wallet/[A-Z]*.ts"],
    tests: ["tests/unit/wallet/*.test.ts"],
    ignored: ["wording"],
  },
  site: {
    files: [
      "components/site/{attributes,config,fields,ingressArgs,jsonSchema,nodes,places,problems,publicAddress,rules,schema,secrets}.ts",
    ],
    tests: [
      ...[
        "attributes",
        "config*",
        "ingressArgs",
        "jsonSchema",
        "nodes",
        "problems",
        "publicAddress",
        "rules",
      ],
      "secrets",
    ].map((name) => `tests/unit/site/${name}.test.ts`),
    ignored: ["wording", "prose"],
  },
  takeover: {
    files: [
      "components/site/takeover/{addressRecords,bindings,declared,deployed,owner,plan,processes,roles,secondSigners,views}.ts",
    ],
    tests: ["tests/unit/site/takeover*.test.ts"],
    ignored: ["wording", "prose"],
  },
  attributes: {
    files: [
      "components/gpu/{attributes,bus,database,detect,expected,gate,labels,product}.ts",
      "components/storage/classes.ts",
    ],
    tests: ["tests/unit/gpu/*.test.ts", "tests/unit/storage/classes.test.ts"],
    ignored: ["wording"],
  },
};
