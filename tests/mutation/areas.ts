/** What is mutated, and the unit tests that have to notice. */
export interface Area {
  readonly files: readonly string[];
  readonly tests: readonly string[];
}

/**
 * Everything that decides. Left out: what only declares resources (files named like a class) and handlers of
 * dynamic resources, which the integration tests judge against a real chain and a real API server.
 */
export const areas: Readonly<Record<string, Area>> = {
  chain: {
    files: ["components/chain/*.ts", "!components/chain/[A-Z]*.ts", "!components/chain/*Provider.ts"],
    tests: ["tests/unit/chain/*.test.ts"],
  },
  wallet: {
    files: ["components/wallet/**/*.ts", "!components/wallet/[A-Z]*.ts"],
    tests: ["tests/unit/wallet/*.test.ts"],
  },
  site: {
    files: ["components/site/*.ts", "!components/site/[A-Z]*.ts"],
    tests: ["tests/unit/site/*.test.ts"],
  },
  attributes: {
    files: ["components/gpu/*.ts", "!components/gpu/[A-Z]*.ts", "components/storage/classes.ts"],
    tests: ["tests/unit/gpu/*.test.ts", "tests/unit/storage/*.test.ts"],
  },
};
