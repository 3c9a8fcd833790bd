/** When sites may be changed; times of day are local to the time zone. */
export interface Window {
  /** Days on which it opens; default every day. */
  readonly days?: readonly Day[] | undefined;
  /** `HH:MM` */
  readonly from: string;
  /** `HH:MM`; before or equal to `from` it is on the next day. */
  readonly to: string;
  /** IANA name, for example `Europe/Berlin`. */
  readonly timeZone: string;
}

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
export type Day = (typeof DAYS)[number];

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Whether a site may be begun at this moment. */
export function isOpen(window: Window, now: Date): boolean {
  // What opened yesterday may still be open.
  return openings(window, now, -1, 0).some(({ from, to }) => from <= now.getTime() && now.getTime() < to);
}

/** The moment at which the window opens next, or `now` while it is open. */
export function nextOpening(window: Window, now: Date): Date {
  if (isOpen(window, now)) return now;
  // A window opens once a week at least, but for one in the hour that a change of the clocks leaves out.
  const next = openings(window, now, 0, 15).find(({ from }) => from > now.getTime());
  return new Date(next?.from ?? now.getTime() + 15 * DAY);
}

/** The window's openings on the local days around `now`, in milliseconds since the epoch. */
function openings(window: Window, now: Date, first: number, last: number): { from: number; to: number }[] {
  const today = localFields(now.getTime(), window.timeZone);
  const [from, to] = [minutesOf(window.from), minutesOf(window.to)];
  const found: { from: number; to: number }[] = [];
  for (let offset = first; offset <= last; offset++) {
    const midnight = Date.UTC(today.year, today.month - 1, today.day + offset);
    const day = DAYS[new Date(midnight).getUTCDay()];
    if (day === undefined || window.days?.includes(day) === false) continue;
    found.push({
      from: instantOf(midnight + from * MINUTE, window.timeZone),
      to: instantOf(midnight + to * MINUTE + (to <= from ? DAY : 0), window.timeZone),
    });
  }
  return found.filter(({ from: opens, to: closes }) => opens < closes);
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

/** The instant at which a clock in the zone shows this wall time (given as if it were UTC). */
function instantOf(wall: number, timeZone: string): number {
  const guess = wall - offsetAt(wall, timeZone);
  // Near a change of the clocks the first guess is off by the change.
  return wall - offsetAt(guess, timeZone);
}

/** How far the zone's clocks are ahead of UTC, in milliseconds. */
function offsetAt(instant: number, timeZone: string): number {
  const { year, month, day, hour, minute } = localFields(instant, timeZone);
  const shown = Date.UTC(year, month - 1, day, hour, minute);
  return shown - Math.floor(instant / MINUTE) * MINUTE;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function localFields(instant: number, timeZone: string) {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
    });
    formats.set(timeZone, format);
  }
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const field = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  return {
    year: field("year"),
    month: field("month"),
    day: field("day"),
    hour: field("hour"),
    minute: field("minute"),
  };
}
