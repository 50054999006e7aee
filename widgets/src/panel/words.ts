/** A number and what it counts: "1 payment", "12 payments"; "more" stays as it is. */
export function count(number: number, what: string): string {
  const many = number === 1 || what === "more" ? what : `${what}s`;
  return `${number.toLocaleString("en-US")} ${many}`;
}
