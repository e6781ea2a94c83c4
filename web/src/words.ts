/** Times and numbers in words. */

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** How long ago it was, such as "5 minutes ago". */
export function ago(time: Date, now = new Date()): string {
  const seconds = (time.getTime() - now.getTime()) / 1000;
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return "just now";
}

/** A length in words, such as "1,204 characters". */
export function characters(length: number): string {
  return length === 1 ? "1 character" : `${length.toLocaleString("en")} characters`;
}

/** An error's text as a sentence without its full stop. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
