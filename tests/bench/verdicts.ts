type Figures = Readonly<Record<string, unknown>>;

const isFigures = (value: unknown): value is Figures =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Puts `met` beside each `target`: for each number that is a target, whether the figure of that name is no higher.
 * A figure that is not beside its target is looked for one step below it, in `site`.
 */
export function withVerdicts(figures: Figures): Figures {
  const { target } = figures;
  const below = Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [
      name,
      name !== "target" && isFigures(value) ? withVerdicts(value) : value,
    ]),
  );
  if (!isFigures(target)) return below;
  const met = Object.entries(target).flatMap(([name, limit]) => {
    const figure = figures[name] ?? (isFigures(figures["site"]) ? figures["site"][name] : undefined);
    return typeof limit === "number" && typeof figure === "number" ? [[name, figure <= limit]] : [];
  });
  return { ...below, met: Object.fromEntries(met) };
}
