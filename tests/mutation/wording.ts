/** The part of Babel's `NodePath` that is asked here. */
interface Path {
  isStringLiteral(): boolean;
  isTemplateLiteral(): boolean;
  isThrowStatement(): boolean;
  isCallExpression(): boolean;
  get(key: string): { isSuper(): boolean };
  findParent(matches: (parent: Path) => boolean): Path | null;
}

/**
 * Leaves the wording of errors alone: the texts of a `throw` statement and of an error's `super(…)` are
 * sentences for people. That the right error appears and names the right things is tested; each word is not.
 * Whatever decides between errors is mutated like everything else.
 */
const wording = {
  shouldIgnore(path: Path): string | undefined {
    if (!path.isStringLiteral() && !path.isTemplateLiteral()) return undefined;
    const sentence = path.findParent(
      (parent) => parent.isThrowStatement() || (parent.isCallExpression() && parent.get("callee").isSuper()),
    );
    return sentence ? "wording of an error" : undefined;
  },
};

/** What Stryker looks for in a plugin. */
export const strykerPlugins = [{ kind: "Ignore", name: "wording", value: wording }];
