"""Two runs of the same payments, payment by payment: what settled earlier, later, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simcash.core.faces import found
from simcash.core.money import show

if TYPE_CHECKING:
    import pandas as pd

    from simcash.core.simulation import Simulation

SAME, EARLIER, LATER, NO_LONGER, NEWLY, NEITHER = CHANGES = (
    "same", "earlier", "later", "no longer", "newly", "neither",
)  # fmt: skip
ORIGINALS = """
    SELECT tx_id, sender, receiver, amount, arrival_tick, settled_tick
    FROM payments WHERE parent_id IS NULL ORDER BY tx_id
"""
KEY = ["sender", "receiver", "amount", "arrival_tick"]


@dataclass(frozen=True, repr=False)
class Difference:
    """When each payment settled in one run and in another.

    `payments` has a row for each payment of both: `settled_a`, `settled_b` (missing: not so far), `ticks`
    (b less a) and `change`: same, earlier, later (b against a), no longer (settled in a only), newly (in b
    only), neither. `only_a` and `only_b` are payments without a counterpart.
    """

    payments: pd.DataFrame
    a: str = "a"
    b: str = "b"
    matched_by: str = "id"
    only_a: pd.DataFrame | None = None
    only_b: pd.DataFrame | None = None

    @property
    def summary(self) -> pd.DataFrame:
        """Per kind of change: how many payments, their value, and by how many ticks."""
        return grouped(self.payments, "change").reindex(list(CHANGES), fill_value=0)

    @property
    def banks(self) -> pd.DataFrame:
        """Per sender: payments by kind of change, ticks in all, and ticks that a cent waited longer."""
        import pandas as pd

        rows = self.payments
        counts = pd.crosstab(rows["sender"], rows["change"]).reindex(columns=list(CHANGES), fill_value=0)
        counts.columns.name, counts.index.name = None, "bank"
        moved = grouped(rows, "sender")
        return counts.join(moved[["value", "ticks", "ticks_per_cent"]])

    def of(self, change: str) -> pd.DataFrame:
        """The payments of one kind of change, largest first."""
        if change not in CHANGES:
            raise ValueError(f'change "{change}" is none of {", ".join(CHANGES)}')
        rows = self.payments[self.payments["change"] == change]
        return rows.sort_values(["amount", "tx_a"], ascending=[False, True])

    def chart(self) -> Any:
        """How many payments settle how many ticks earlier or later, as an Altair chart."""
        return found("simcash.view.charts:bars")(
            moves(self.payments), "ticks", "payments", "change", order=[EARLIER, SAME, LATER],
            x_title=f"ticks later in {self.b} than in {self.a} (below 0: earlier)", y_title="payments",
        )  # fmt: skip

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Label and value, line by line."""
        said = {
            SAME: "settle in the same tick", EARLIER: f"settle earlier in {self.b}",
            LATER: f"settle later in {self.b}", NO_LONGER: f"settle in {self.a} only",
            NEWLY: f"settle in {self.b} only", NEITHER: "settle in neither",
        }  # fmt: skip
        lines = []
        for change, count, value, ticks, _ in self.summary.itertuples():
            by = (
                f", by {abs(ticks) / count:,.1f} ticks on average"
                if change in (EARLIER, LATER) and count
                else ""
            )
            if count:
                lines.append((said[change], f"{counted(count)}, {show(int(value))}{by}"))
        for name, rows in ((self.a, self.only_a), (self.b, self.only_b)):
            if rows is not None and len(rows):
                lines.append((f"arrive in {name} only", counted(len(rows))))
        return lines

    @property
    def heading(self) -> str:
        return f"{self.b} against {self.a}: {counted(len(self.payments))}, matched by {self.matched_by}"

    def __repr__(self) -> str:
        width = max((len(label) for label, _ in self.lines), default=0)
        return "\n".join([self.heading, *(f"  {label:<{width}}  {value}" for label, value in self.lines)])

    def _repr_html_(self) -> str:
        from simcash.core.notebook import card, told

        most = self.banks.sort_values("ticks_per_cent", key=abs, ascending=False).head(10)
        table = most.to_html(border=0, float_format="{:,.2f}".format)
        return card(self.heading, told(self.lines), table)


def difference(a: Simulation, b: Simulation, names: tuple[str, str] = ("a", "b")) -> Difference:
    """Two runs compared payment by payment: `simcash.payments.difference(sim, sim.fork(...))`.

    Payments are the same if they have the same id and the same sender, receiver, amount and arrival. Where
    ids disagree about that, they are matched by those four instead, equal ones in order of id. What has not
    settled when a run's rows end counts as not settled; parts of a split payment count as their original.
    """
    for sim in (a, b):
        if not hasattr(sim, "clock"):
            raise TypeError(f"two simulations can be compared, not {type(sim).__name__}")
    if a.clock.ticks_per_day != b.clock.ticks_per_day:
        raise ValueError(
            f"days of {a.clock.ticks_per_day} and of {b.clock.ticks_per_day} ticks cannot be compared"
        )
    for sim in (a, b):
        check_recorded(sim)
    left, right = a.sql(ORIGINALS), b.sql(ORIGINALS)
    by_id = ids_agree(left, right)
    keys = ["tx_id"] if by_id else [*KEY, "turn"]
    both = (left if by_id else numbered(left)).merge(
        right if by_id else numbered(right), on=keys, how="outer", suffixes=("_a", "_b"), indicator=True
    )
    return Difference(
        compared(both, by_id), *names, "id" if by_id else "sender, receiver, amount and arrival",
        unmatched(both, "left_only", "_a"), unmatched(both, "right_only", "_b"),
    )  # fmt: skip


def moves(rows: pd.DataFrame, most: int = 60) -> pd.DataFrame:
    """Payments that settle in both, counted by ticks; in at most about `most` bins, of which 0 begins one."""
    both = rows[rows["ticks"].notna()]
    ticks = both["ticks"].astype(np.int64)
    width = max(1, -(-int(ticks.max() - ticks.min() + 1) // most)) if len(both) else 1
    bins = [both["change"].astype(str), (ticks // width * width).rename("ticks")]
    table = both.groupby(bins).size().rename("payments").reset_index()
    return table.assign(ticks_end=table["ticks"] + width)


def counted(payments: int) -> str:
    return f"{payments:,} payment{'' if payments == 1 else 's'}"


def check_recorded(sim: Simulation) -> None:
    """A run without rows says nothing about its payments."""
    if sim.world.record == "off":
        raise ValueError(f'{sim.name} keeps no payments: open it with record="summary" or more')


def ids_agree(left: pd.DataFrame, right: pd.DataFrame) -> bool:
    """Whether every id that both have means the same payment."""
    both = left.merge(right, on="tx_id", suffixes=("_a", "_b"))
    same = [(both[f"{key}_a"] == both[f"{key}_b"]).all() for key in KEY]
    return bool(all(same)) and len(both) > 0


def numbered(rows: pd.DataFrame) -> pd.DataFrame:
    """Equal payments told apart by their turn."""
    return rows.assign(turn=rows.groupby(KEY).cumcount())


def compared(both: pd.DataFrame, by_id: bool) -> pd.DataFrame:
    """The payments of both runs side by side."""
    rows = both[both["_merge"] == "both"].sort_values("tx_id" if by_id else "tx_id_a")
    side = "_a" if by_id else ""
    columns: dict[str, Any] = {
        "tx_a": rows["tx_id" if by_id else "tx_id_a"], "tx_b": rows["tx_id" if by_id else "tx_id_b"],
        **{key: rows[f"{key}{side}"] for key in KEY},
    }  # fmt: skip
    whole = {key: columns[key].astype(np.int64) for key in ("tx_a", "tx_b", "amount", "arrival_tick")}
    return with_change(columns | whole, rows["settled_tick_a"], rows["settled_tick_b"])


def with_change(columns: dict[str, Any], settled_a: Any, settled_b: Any) -> pd.DataFrame:
    """Columns of payments, completed by when each settled and how that differs."""
    import pandas as pd

    a, b = pd.Series(settled_a).astype("Int64"), pd.Series(settled_b).astype("Int64")
    ticks = b - a
    change = np.select(
        [a.isna() & b.isna(), b.isna(), a.isna(), (ticks < 0).fillna(False), (ticks > 0).fillna(False)],
        [NEITHER, NO_LONGER, NEWLY, EARLIER, LATER], SAME,
    )  # fmt: skip
    table = pd.DataFrame({**columns, "settled_a": a, "settled_b": b, "ticks": ticks})
    table["change"] = pd.Categorical(change, list(CHANGES))
    return table.reset_index(drop=True)


def unmatched(both: pd.DataFrame, where: str, side: str) -> pd.DataFrame:
    """Payments of one run only."""
    rows = both[both["_merge"] == where]
    columns = {name: rows.get(f"{name}{side}", rows.get(name)) for name in ("tx_id", *KEY, "settled_tick")}
    return rows[[]].assign(**columns).reset_index(drop=True)


def grouped(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Count, value, ticks in all, and ticks weighted by value, of each group."""
    import pandas as pd

    ticks = rows["ticks"].fillna(0).astype(np.int64)
    weighted = ticks.astype(float) * rows["amount"]
    groups = rows[by].astype(str)
    value = rows["amount"].groupby(groups).sum()
    table = pd.DataFrame({
        "payments": rows["amount"].groupby(groups).size(), "value": value,
        "ticks": ticks.groupby(groups).sum(), "ticks_per_cent": weighted.groupby(groups).sum() / value,
    })  # fmt: skip
    table.index.name = by
    return table
