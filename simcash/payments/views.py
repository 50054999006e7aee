"""Measures as views: ready queries over the tables, for one run and, with a run_id, for all runs at once.

They say what the functions of the same names say, as far as it was recorded. `{run}` is explained in
core.tables.Table. A day's length is read off `bank_days`, whose first rows come when the first day ends.
"""

from __future__ import annotations

from simcash.core.tables import Column, Table
from simcash.payments.tables import CHANNELS, COST_KINDS, LOCKS

DAYS = "(SELECT {run}true AS one, min(tick) + 1 AS per_day FROM bank_days GROUP BY ALL)"
THROUGHPUT = f"""
    WITH ends AS (
        SELECT {{run}}tick, true AS one, sum(sent)::BIGINT AS settled,
            sum(q1_value + q2_value)::BIGINT AS queued, sum(q1_count + q2_count)::BIGINT AS queued_count
        FROM bank_ticks GROUP BY ALL
    ), arrivals AS (
        SELECT {{run}}tick, sum(amount)::BIGINT AS arrived FROM payments_log
        WHERE parent_id IS NULL AND tick = arrival_tick GROUP BY ALL
    ), days AS (
        SELECT *, coalesce(tick // per_day, 0) AS day
        FROM ends LEFT JOIN {DAYS} USING ({{run}}one) LEFT JOIN arrivals USING ({{run}}tick)
    ), sums AS (
        SELECT *, sum(settled) OVER (PARTITION BY {{run}}day ORDER BY tick)::BIGINT AS settled_so_far,
            sum(settled) OVER (PARTITION BY {{run}}day) AS of_day
        FROM days
    )
    SELECT {{run}}day, tick, coalesce(arrived, 0) AS arrived, settled, queued, queued_count, settled_so_far,
        settled_so_far / nullif(of_day, 0) AS throughput
    FROM sums
"""
CHANNEL = """
    SELECT {run}channel, count(*) AS payments, sum(amount)::BIGINT AS value,
        sum(amount) / sum(sum(amount)) OVER (PARTITION BY {run}true) AS share
    FROM settlements GROUP BY {run}channel
"""
LINKS = """
    SELECT {run}sender, receiver, count(*) AS payments, sum(amount)::BIGINT AS value
    FROM settlements GROUP BY {run}sender, receiver
"""
# A set of payments is one step: it stands where its first payment does.
POSITIONS = f"""
    WITH steps AS (
        SELECT *, true AS one, min(seq) OVER (PARTITION BY {{run}}tick, coalesce(set_id, -1 - seq)) AS step
        FROM settlements
    ), moves AS (
        SELECT {{run}}one, tick, step, sender AS bank, -amount AS moved FROM steps
        UNION ALL SELECT {{run}}one, tick, step, receiver, amount FROM steps
    ), nets AS (
        SELECT {{run}}one, tick, step, bank, sum(moved) AS net FROM moves GROUP BY ALL
    ), sums AS (
        SELECT *, coalesce(tick // per_day, 0) AS day,
            sum(net) OVER (PARTITION BY {{run}}bank, day ORDER BY tick, step) AS position
        FROM nets LEFT JOIN {DAYS} USING ({{run}}one)
    )
    SELECT {{run}}day, bank, -least(0, min(position))::BIGINT AS largest_negative,
        greatest(0, max(position))::BIGINT AS largest_positive
    FROM sums GROUP BY {{run}}day, bank
"""
COSTS = "SELECT {run}bank, kind, sum(amount)::BIGINT AS amount FROM costs GROUP BY {run}bank, kind"
# Each tick's last run of liquidity saving notes the kind of lock it leaves.
GRIDLOCKS = """
    WITH locks AS (
        SELECT *, tick - row_number() OVER (PARTITION BY {run}gridlock ORDER BY tick) AS episode
        FROM lsm_runs WHERE gridlock IN ('gridlock', 'deadlock')
    )
    SELECT {run}gridlock AS kind, min(tick) AS first_tick, max(tick) AS last_tick, count(*) AS ticks
    FROM locks GROUP BY {run}gridlock, episode
"""
PUNCTUALITY = """
    SELECT {run}sender AS bank, count(*) AS settled, count(*) FILTER (late) AS late,
        sum(amount)::BIGINT AS value, coalesce(sum(amount) FILTER (late), 0)::BIGINT AS late_value
    FROM settlements GROUP BY {run}sender
"""


def measure_views(banks: tuple[str, ...]) -> tuple[Table, ...]:
    """The views as they are declared for these banks."""

    def name(column: str, meaning: str, labels: tuple[str, ...] = banks) -> Column:
        return Column(column, "int32", meaning, labels)

    def whole(column: str, meaning: str) -> Column:
        return Column(column, "int64", meaning)

    def real(column: str, meaning: str) -> Column:
        return Column(column, "float64", meaning)

    day, cents = whole("day", "the day"), "their value"
    bank, payments = name("bank", "the bank"), whole("payments", "payments settled")
    return (
        view("throughput", "value that arrived, settled and waits, tick by tick", THROUGHPUT, (
            day, whole("tick", "the tick"), whole("arrived", "value that arrived"),
            whole("settled", "value settled"), whole("queued", "value that waits at its end"),
            whole("queued_count", "payments that wait"),
            whole("settled_so_far", "value settled since the day began"),
            real("throughput", "as a share of what the day settles"),
        ), "tick"),
        view("channels", "how payments settled", CHANNEL, (
            name("channel", "how", CHANNELS), payments, whole("value", cents), real("share", "of all value"),
        ), "channel"),
        view("links", "who paid whom", LINKS, (
            name("sender", "bank that paid"), name("receiver", "bank that was paid"), payments,
            whole("value", cents),
        ), "sender", "receiver"),
        view("net_positions", "each day's extremes of the cumulative net inflow (BCBS 248 A(i))", POSITIONS, (
            day, bank, whole("largest_negative", "net outflow at its highest, as a positive number"),
            whole("largest_positive", "net inflow at its highest"),
        ), "day", "bank"),
        view("bank_costs", "costs by bank and kind", COSTS, (
            bank, name("kind", "what for", COST_KINDS), whole("amount", "cents"),
        ), "bank", "kind"),
        view("gridlocks", "ticks in gridlock or deadlock, where liquidity saving is on", GRIDLOCKS, (
            name("kind", "gridlock, if netting would help, or deadlock", LOCKS),
            whole("first_tick", "where it begins"), whole("last_tick", "where it ends"),
            whole("ticks", "how long it is"),
        ), "first_tick"),
        view("punctuality", "what each bank paid, and what of it too late", PUNCTUALITY, (
            bank, whole("settled", "payments settled"), whole("late", "of them after the deadline"),
            whole("value", "value settled"), whole("late_value", "of it after the deadline"),
        ), "bank"),
    )  # fmt: skip


def view(name: str, meaning: str, sql: str, columns: tuple[Column, ...], *order: str) -> Table:
    return Table(name, meaning, columns, kind="view", order=order, sql=sql)
