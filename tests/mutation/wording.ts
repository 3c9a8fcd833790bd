/** The part of Babel's `NodePath` that is asked here. */
interface Path {
  readonly node: {
    readonly key?: { readonly name?: string };
    readonly value?: unknown;
    readonly quasis?: readonly { readonly value: { readonly raw: string } }[];
  };
  isStringLiteral(): boolean;
  isTemplateLiteral(): boolean;
  isThrowStatement(): boolean;
  isCallExpression(): boolean;
  isObjectProperty(): boolean;
  get(key: string): { isSuper(): boolean };
  findParent(matches: (parent: Path) => boolean): Path | null;
}

/**
 * Leaves the wording of errors alone: the texts of a `throw` statement, of an error's `super(…)` and of a
 * `remedy` are sentences for people. That the right error appears and names the right things is tested; each
 * word is not. Whatever decides between errors is mutated like everything else.
 */
const wording = {
  shouldIgnore(path: Path): string | undefined {
    if (!path.isStringLiteral() && !path.isTemplateLiteral()) return undefined;
    const sentence = path.findParent(
      (parent) =>
        parent.isThrowStatement() ||
        (parent.isCallExpression() && parent.get("callee").isSuper()) ||
        (parent.isObjectProperty() && parent.node.key?.name === "remedy"),
    );
    return sentence ? "wording of an error" : undefined;
  },
};

/**
 * Leaves descriptions alone, in areas that have many: any text with a blank between words is for people, such as
 * the description of a field. That all of them reach the JSON Schema is tested; whole sentences are no logic.
 */
const prose = {
  shouldIgnore(path: Path): string | undefined {
    const { value, quasis = [] } = path.node;
    const texts = [value, ...quasis.map((part) => part.value.raw)];
    return texts.some((text) => typeof text === "string" && /\S \S/.test(text)) ? "prose" : undefined;
  },
};

/** What Stryker looks for in a plugin. */
export const strykerPlugins = [
  { kind: "Ignore", name: "wording", value: wording },
  { kind: "Ignore", name: "prose", value: prose },
];
