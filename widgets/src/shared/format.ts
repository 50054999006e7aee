export type Format = "money" | "count" | "share";

const NONE = "–";

/** A value as people read it; money comes in cents, a share as a part of one. */
export function format(value: number, as: Format): string {
  if (!Number.isFinite(value)) return NONE;
  if (as === "money") return money(value);
  if (as === "share") return `${(100 * value).toFixed(Math.abs(value) < 0.1 && value !== 0 ? 1 : 0)} %`;
  return grouped(value, Number.isInteger(value) ? 0 : 2);
}

/** Cents as an amount: whole up to a million, then in millions and billions (columns hold seven digits). */
export function money(cents: number): string {
  const amount = cents / 100;
  const size = Math.abs(amount);
  if (size >= 999_995_000) return `${grouped(amount / 1e9, 2)} bn`;
  if (size >= 999_999.5) return `${grouped(amount / 1e6, 2)} m`;
  return grouped(amount, size < 9_999.995 ? 2 : 0);
}

/** A whole number with its thousands apart. */
export function count(value: number): string {
  return grouped(value, 0);
}

function grouped(value: number, digits: number): string {
  const text = value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return /^-[0.,]+$/.test(text) ? text.slice(1) : text; // no minus before nothing
}
