/** The fleet cannot be worked on as it is declared or asked for; the message says what to do. */
export class FleetError extends Error {
  override readonly name: string = "FleetError";
}

/** The declaration of the fleet, or of sites in it, is not valid. The message lists every problem of every site. */
export class FleetDeclarationError extends FleetError {
  override readonly name = "FleetDeclarationError";
  readonly problems: readonly string[];

  constructor(where: string, problems: readonly string[]) {
    const count = problems.length === 1 ? "one problem" : `${problems.length} problems`;
    super(
      [`${where}: ${count}. Nothing was changed.`, ...problems.map((problem) => `- ${problem}`)].join("\n"),
    );
    this.problems = problems;
  }
}
