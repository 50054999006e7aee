import { expect, test } from "vitest";
import { parseFrame } from "../src/graph/wire";
import { packed } from "./frames";

const COLUMNS = {
  "node.sent": [1.5, 0, 12],
  "edge.source": [0, 2],
  "edge.target": [1, 0],
  "edge.flow": [7, 8],
};

test("a frame comes back as its header and its columns", () => {
  const frame = parseFrame(packed({ seq: 17, tick: 42, now: 60, label: "day 1, 10:30" }, COLUMNS));
  expect(frame.header).toMatchObject({ seq: 17, tick: 42, now: 60, label: "day 1, 10:30" });
  expect([...frame.columns["node.sent"]]).toEqual([1.5, 0, 12]);
  expect(frame.columns["edge.target"]).toBeInstanceOf(Uint32Array);
  expect([...frame.columns["edge.target"]]).toEqual([1, 0]);
});

test("letters beyond ASCII do not shift the columns", () => {
  const frame = parseFrame(packed({ label: "Tag 1 – 10:30 ☂" }, COLUMNS));
  expect(frame.header.label).toBe("Tag 1 – 10:30 ☂");
  expect([...frame.columns["edge.flow"]]).toEqual([7, 8]);
});

test("a view that starts in the middle of a buffer is read too, aligned or not", () => {
  const frame = packed({}, COLUMNS);
  for (const shift of [4, 5]) {
    const larger = new Uint8Array(frame.byteLength + shift);
    larger.set(new Uint8Array(frame.buffer), shift);
    const { columns } = parseFrame(new DataView(larger.buffer, shift));
    expect([...columns["edge.source"]]).toEqual([0, 2]);
    expect([...columns["node.sent"]]).toEqual([1.5, 0, 12]);
  }
});

test("a truncated frame is an error, not half a picture", () => {
  const frame = packed({}, COLUMNS);
  expect(() => parseFrame(new DataView(frame.buffer, 0, frame.byteLength - 4))).toThrow();
});
