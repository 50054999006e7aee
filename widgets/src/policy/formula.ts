import { at, operandPaths, parts } from "./document";
import { type Data, type Dict, isDict, type Vocabulary } from "./types";

type Signs = Pick<Vocabulary, "signs" | "binds" | "logic" | "computations">;
const TIGHTEST = 9;

/** An expression on one line; what is not whole yet shows as "…". */
export function valueText(value: Data | undefined, words: Signs, around = 0): string {
  if (!isDict(value)) return "…";
  if ("field" in value) return String(value.field);
  if ("param" in value) return String(value.param);
  if ("value" in value) return literalText(value.value);
  return isDict(value.compute) ? computedText(value.compute, words, around) : "…";
}

function computedText(computed: Dict, words: Signs, around: number): string {
  const op = String(computed.op);
  const operands = operandPaths(computed, words as Vocabulary).map((path) => at(computed, path));
  const binds = words.binds[op];
  if (binds !== undefined) {
    const [left, right] = operands;
    const text = `${valueText(left, words, binds)} ${words.signs[op] ?? op} ${valueText(right, words, binds + 1)}`;
    return around > binds ? `(${text})` : text;
  }
  if (op === "div0") {
    const [above, below, other] = operands;
    return `(${valueText(above, words, TIGHTEST)} ÷ ${valueText(below, words, TIGHTEST)}, or ${valueText(other, words)} if that is 0)`;
  }
  return `${op}(${operands.map((operand) => valueText(operand, words)).join(", ")})`;
}

function literalText(value: Data | undefined): string {
  if (Array.isArray(value)) return value.join(", ") || "no bank";
  if (typeof value === "number") return value.toLocaleString("en-US", { maximumFractionDigits: 6 });
  return value === undefined || value === null ? "…" : String(value);
}

export function conditionText(condition: Data | undefined, words: Signs, inner = false): string {
  if (!isDict(condition)) return "…";
  const op = String(condition.op);
  if (words.logic[op] === undefined) {
    return `${valueText(condition.left, words)} ${words.signs[op] ?? op} ${valueText(condition.right, words)}`;
  }
  const joined = parts(condition, words as Vocabulary);
  const texts = joined.map((part) => conditionText(part, words, true));
  if (op === "not")
    return `not ${words.logic[String(joined[0]?.op)] === undefined ? `(${texts[0]})` : texts[0]}`;
  const text = texts.join(` ${op} `);
  return inner && texts.length > 1 ? `(${text})` : text;
}

/** An action: its name, and its parameters a line each. */
export function actionLines(node: Dict, words: Signs): string[] {
  const given = isDict(node.parameters) ? Object.entries(node.parameters) : [];
  return [String(node.action ?? "…"), ...given.map(([name, value]) => `${name} ${valueText(value, words)}`)];
}

/** A text in lines of about so many letters, broken between words. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
