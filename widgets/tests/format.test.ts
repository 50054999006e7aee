import { expect, test } from "vitest";
import { format, money } from "../src/shared/format";

test.each([
  [0, "0.00"],
  [123_456, "1,234.56"],
  [-5, "-0.05"],
  [1_234_567, "12,346"],
  [123_456_789, "1.23 m"],
  [-123_456_789_000, "-1.23 bn"],
  [99_999_999, "1.00 m"],
])("%i cents read %s", (cents, text) => expect(money(cents)).toBe(text));

test("a share is a percentage, a count has its thousands apart, and what is unknown is a dash", () => {
  expect(format(0.42, "share")).toBe("42 %");
  expect(format(0.004, "share")).toBe("0.4 %");
  expect(format(0, "share")).toBe("0 %");
  expect(format(12_345, "count")).toBe("12,345");
  expect(format(Number.NaN, "money")).toBe("–");
});
