"""The charts of payments: liquidity, queues, throughput, costs, delay and flows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from simcash.core.problems import choice
from simcash.view import payments_drawings as draw
from simcash.view import payments_queries as ask
from simcash.view.charts import Chart, Charts, Look

if TYPE_CHECKING:
    import pandas as pd

    from simcash.payments.settings import ThroughputRule

NO_TICK = "no tick has been recorded"
RUNS = 200  # of a history, in the chart of liquidity and delay


class PaymentsCharts(Charts):
    """The charts of a payments run: of all banks or of one, of the ticks from `since` to before `until`."""

    def _agents(self) -> list[str]:
        return list(self._sim.world.ids)

    def _overview(self) -> list[str]:
        return ["headroom", "queues", "throughput", "costs", "banks", "flows", "frontier"]

    def headroom(self, bank: str | None = None, since: int | None = None, until: int | None = None) -> Chart:
        """What banks can still spend: balance and unused credit; for one bank, both."""
        look = self._of(bank, since, until)
        return self._levels(look, "headroom", "available", "What banks can still spend")

    def balances(self, bank: str | None = None, since: int | None = None, until: int | None = None) -> Chart:
        """What banks hold, below zero where they use credit; for one bank, also what it can still spend."""
        look = self._of(bank, since, until)
        return self._levels(look, "balances", "balance", "What banks hold")

    def queues(self, bank: str | None = None, since: int | None = None, until: int | None = None) -> Chart:
        """The value that waits: in the banks' own queues, and in the central queue."""
        look = self._of(bank, since, until)
        return look.chart(
            "queues",
            "Value that waits",
            ask.waiting(bank, look.stretch),
            lambda _: draw.stacked_queues(look, "money"),
            needs=("bank_ticks",),
            nothing=NO_TICK,
            of="the highest",
        )

    def queue_counts(
        self, bank: str | None = None, since: int | None = None, until: int | None = None
    ) -> Chart:
        """How many payments wait: in the banks' own queues, and in the central queue."""
        look = self._of(bank, since, until)
        return look.chart(
            "queue_counts",
            "Payments that wait",
            ask.waiting(bank, look.stretch),
            lambda _: draw.stacked_queues(look, "payments"),
            needs=("bank_ticks",),
            nothing=NO_TICK,
            of="the highest",
        )

    def throughput(
        self, bank: str | None = None, since: int | None = None, until: int | None = None
    ) -> Chart:
        """How much of the value due in the day has settled by then, with what was due, and any guideline."""
        look = self._of(bank, since, until)
        rules = self._rules(bank)
        return look.chart(
            "throughput",
            "Settled so far, as a share of what is due in the day",
            ask.progress(bank, look.stretch, self._per_day),
            lambda _: draw.settled_so_far(look, bool(rules)),
            needs=("bank_ticks", "payments"),
            nothing=NO_TICK,
            sets={"guideline": self._guideline(rules, look)} if rules else None,
        )

    def costs(self, bank: str | None = None, since: int | None = None, until: int | None = None) -> Chart:
        """Costs since the run began, one kind upon the other."""
        look = self._of(bank, since, until)
        return look.chart(
            "costs",
            "What it has cost so far",
            ask.booked(bank, look.stretch),
            lambda points: draw.cost_areas(look, points),
            needs=("costs",),
            nothing="no cost has been booked",
        )

    def banks(self, bank: str | None = None, since: int | None = None, until: int | None = None) -> Chart:
        """Each bank: how much liquidity it brought in for what it paid, and how long its value waited."""
        look = self._of(bank, since, until)
        return look.chart(
            "banks",
            "Who brings liquidity, and who waits",
            ask.effort(look.stretch),
            lambda points: draw.scatter(look, points),
            needs=("bank_ticks",),
            nothing=NO_TICK,
            timed=False,
        )

    def flows(self, bank: str | None = None, since: int | None = None, until: int | None = None) -> Chart:
        """Who paid whom how much, among the largest banks."""
        look, many = self._of(bank, since, until), len(self._sim.world.ids) > ask.CROWD
        among = f"the {ask.CROWD} largest banks" if many else "banks"
        return look.chart(
            "flows",
            f"Value settled between {among}",
            ask.between(bank, look.stretch),
            draw.flow_map,
            needs=("settlements",),
            nothing="no payment has settled",
            shape=("sender", "receiver"),
            timed=False,
            height=320,
        )

    def waits(self, bank: str | None = None, since: int | None = None, until: int | None = None) -> Chart:
        """How long value waited, settled or not yet."""
        look = self._of(bank, since, until)
        return look.chart(
            "waits",
            "How long value waited",
            ask.waits(bank, look.stretch),
            lambda points: draw.wait_bars(look, points),
            needs=("payments",),
            nothing="no payment has arrived",
            shape=("waited",),
            timed=False,
        )

    def frontier(self, bank: str | None = None, since: int | None = None, until: int | None = None) -> Chart:
        """Liquidity against delay: this run and the others of its history, between the two bounds."""
        look = self._of(None, None, until)
        query = ask.tradeoff(look.stretch.last, self._per_day)
        others = self._others(until) if look.stretch.ticks else None
        return look.chart(
            "frontier",
            "Liquidity against delay",
            query,
            lambda _: draw.bargain(look),
            needs=("bank_ticks", "payments"),
            nothing=NO_TICK,
            timed=False,
            sets={} if others is None else {"runs": others},
        )

    # what they need

    def _of(self, bank: str | None, since: int | None, until: int | None) -> Look:
        known = self._sim.world.ids
        if bank is not None and bank not in known:
            raise ValueError(f"there is no bank {choice(bank, list(known), 'Banks')}")
        return self._look(bank, since, until)

    @property
    def _per_day(self) -> int:
        return self._sim.clock.ticks_per_day or self._sim.clock.ticks

    def _levels(self, look: Look, name: str, quantity: str, title: str) -> Chart:
        if look.who is None:
            return look.chart(
                name,
                title,
                ask.levels(quantity, look.stretch),
                lambda points: draw.level_lines(look, points, quantity),
                needs=("bank_ticks",),
                nothing=NO_TICK,
                of="the lowest",
            )
        return look.chart(
            name,
            f"What {look.who} holds and can spend",
            ask.level(look.who, look.stretch),
            lambda _: draw.one_level(look),
            needs=("bank_ticks",),
            nothing=NO_TICK,
            of="the lowest",
        )

    def _rules(self, bank: str | None) -> list[ThroughputRule]:
        """The guidelines for all banks together (those that hold for everybody), or for the one."""
        rules = self._sim.world.scenario.throughput_rules
        return [rule for rule in rules if rule.agents is None or bank in rule.agents]

    def _guideline(self, rules: list[ThroughputRule], look: Look) -> pd.DataFrame:
        """Where the guidelines stand: they ask for a share of what the day settles, so far."""
        import pandas as pd

        s, per_day, rows = look.stretch, self._per_day, []
        if s.ticks and not look.lacks(("bank_ticks", "payments")):
            last = min((s.last // per_day + 1) * per_day, self._sim.now) - 1
            days = replace(s, first=s.first // per_day * per_day, last=last)
            whole = dict(self._sim.rows(ask.settled_by_day(look.who, days, per_day)))
            rows = [
                (day * per_day + r.by_tick, float(r.fraction) * whole[day]) for day in whole for r in rules
            ]
        within = [(tick, share) for tick, share in rows if s.first <= tick <= s.last]
        return pd.DataFrame(within, columns=["tick", "share"])

    def _others(self, until: int | None) -> pd.DataFrame:
        """Liquidity and delay of the other runs that this one's history knows."""
        import pandas as pd

        history, sim = self._sim.history, self._sim
        runs = history.fetch(
            "SELECT run_id, complete_until FROM runs WHERE world = 'payments' AND run_id != ?"
            " AND complete_until > 0 ORDER BY run_id DESC LIMIT ?",
            [sim.run_id, RUNS],
        )
        rows: list[tuple[Any, ...]] = []
        for run, done in runs:
            last = min(done, done if until is None else until) - 1
            found = history.fetch(ask.tradeoff(last, self._per_day), run=run)
            rows += [(run, "other runs", *point) for series, *point in found if series == "this run"]
        return pd.DataFrame(rows, columns=["run", "series", "money", "wait"])
