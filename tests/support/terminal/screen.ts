import xterm from "@xterm/headless";

/** What a person sees of what a program has written: a terminal's screen, with all that was scrolled out of it. */
export class Screen {
  readonly #terminal: InstanceType<typeof xterm.Terminal>;

  constructor(columns = 80, rows = 24) {
    this.#terminal = new xterm.Terminal({
      cols: columns,
      rows,
      scrollback: 10_000,
      allowProposedApi: true,
    });
  }

  /** Shows more; a line feed alone goes to the line's beginning too, as terminals are set up for programs. */
  write(text: string): Promise<void> {
    return new Promise((resolve) => this.#terminal.write(text.replaceAll(/\r?\n/g, "\r\n"), resolve));
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
  }

  /** All lines from the first that was ever written to the cursor's, without blanks at their ends. */
  get lines(): string[] {
    const { active } = this.#terminal.buffer;
    const last = active.baseY + active.cursorY;
    return Array.from(
      { length: last + 1 },
      (_, index) => active.getLine(index)?.translateToString(true) ?? "",
    );
  }

  /** Lines that go on in the next one because they are too long. */
  get wrapped(): string[] {
    const { active } = this.#terminal.buffer;
    return this.lines.filter((_, index) => active.getLine(index + 1)?.isWrapped === true);
  }

  /** Where the next character would be written, counted from 0. */
  get column(): number {
    return this.#terminal.buffer.active.cursorX;
  }

  /** Whether any character has a colour or is emphasized. */
  get coloured(): boolean {
    const { active } = this.#terminal.buffer;
    return this.lines.some((text, y) =>
      Array.from({ length: text.length }, (_, x) => active.getLine(y)?.getCell(x)).some(
        (cell) => cell !== undefined && !cell.isAttributeDefault(),
      ),
    );
  }
}
