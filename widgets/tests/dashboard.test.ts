import { describe, expect, it } from "vitest";
import { agentOf, rows } from "../src/dashboard/state";

describe("what a chart is given", () => {
  it("rows of a table have the columns' names", () => {
    const table = {
      columns: ["tick", "money"],
      data: [
        [1, 2.5],
        [2, null],
      ],
    };
    expect(rows(table)).toEqual([
      { tick: 1, money: 2.5 },
      { tick: 2, money: null },
    ]);
  });
});

describe("whom a click means", () => {
  const agents = ["A", "B"];
  it("the agent that the mark is about", () => {
    expect(agentOf({ bank: "A" }, agents)).toBe("A");
    expect(agentOf({ series: "B", money: 1 }, agents)).toBe("B");
    expect(agentOf({ sender: "A", receiver: "B" }, agents)).toBe("A");
  });
  it("nobody where there is none", () => {
    expect(agentOf({ series: "due" }, agents)).toBeNull();
    expect(agentOf(undefined, agents)).toBeNull();
  });
});
