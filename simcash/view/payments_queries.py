"""What the charts of payments ask of a run; each query is whole, so that `sim.sql` gives the same."""

from __future__ import annotations

from simcash.core.layout import text
from simcash.view.stretch import Stretch

NAMED = 6  # banks that have a line of their own
CROWD = 20  # banks that have a row of their own in the map of flows
ONE, TWO = "held back by its bank (queue 1)", "in the central queue (queue 2)"
OTHER_KINDS = "other kinds"
REST = "the other banks (middle 80 %)"


def only(bank: str | None, column: str = "bank") -> str:
    """In SQL: of one bank, or of all."""
    return "true" if bank is None else f"{column} = {text(bank)}"


def levels(quantity: str, s: Stretch) -> str:
    """A quantity of the largest banks, its lowest in each point, and the range of all others."""
    return f"""
WITH largest AS (
    SELECT bank, row_number() OVER (ORDER BY sum(sent) DESC, bank) AS place
    FROM bank_ticks WHERE tick <= {s.last} GROUP BY bank
), points AS (
    SELECT {s.at} AS upto, bank, place, min({quantity}) / 100 AS money
    FROM bank_ticks JOIN largest USING (bank) WHERE {s.within} GROUP BY ALL
)
SELECT upto AS tick, bank AS series, place, money, NULL AS low, NULL AS high
FROM points WHERE place <= {NAMED}
UNION ALL
SELECT upto, '{REST}', {NAMED + 1}, NULL, quantile_cont(money, 0.1), quantile_cont(money, 0.9)
FROM points WHERE place > {NAMED} GROUP BY upto
ORDER BY place, tick"""


def level(bank: str, s: Stretch) -> str:
    """One bank's balance, its lowest in each point, and what it could spend with its credit."""
    return f"""
SELECT {s.at} AS tick, min(balance) / 100 AS balance, min(available) / 100 AS headroom
FROM bank_ticks WHERE {only(bank)} AND {s.within} GROUP BY 1 ORDER BY 1"""


def waiting(bank: str | None, s: Stretch) -> str:
    """What waits in either queue, where it is most in each point."""
    return f"""
WITH ends AS (
    SELECT tick, sum(q1_value)::BIGINT AS value1, sum(q2_value)::BIGINT AS value2,
        sum(q1_count)::BIGINT AS count1, sum(q2_count)::BIGINT AS count2
    FROM bank_ticks WHERE {only(bank)} AND {s.within} GROUP BY tick
), points AS (SELECT {s.at} AS upto, max_by(ends, value1 + value2) AS most FROM ends GROUP BY upto)
SELECT upto AS tick, '{ONE}' AS series, most.value1 / 100 AS money, most.count1 AS payments FROM points
UNION ALL SELECT upto, '{TWO}', most.value2 / 100, most.count2 FROM points
ORDER BY series, tick"""


def progress(bank: str | None, s: Stretch, per_day: int) -> str:
    """Value due and value settled since each day began, as shares of all that is due in the day."""
    day_ends = f"OR tick % {per_day} = {per_day - 1}" if s.width < per_day else ""
    return f"""
WITH arrived AS (
    SELECT tick, sum(amount)::BIGINT AS value FROM payments_log
    WHERE parent_id IS NULL AND tick = arrival_tick AND {only(bank, "sender")} GROUP BY tick
), ends AS (
    SELECT tick, tick // {per_day} AS day, sum(sent)::BIGINT AS settled,
        sum(q1_value + q2_value)::BIGINT AS queued, coalesce(any_value(value), 0) AS arrived
    FROM bank_ticks LEFT JOIN arrived USING (tick) WHERE tick <= {s.last} AND {only(bank)} GROUP BY tick
), carried AS (SELECT day + 1 AS day, queued AS carried FROM ends WHERE tick % {per_day} = {per_day - 1}
), sums AS (
    SELECT tick, day, (coalesce(carried, 0) + sum(arrived) OVER so_far)::BIGINT AS due,
        (sum(settled) OVER so_far)::BIGINT AS settled
    FROM ends LEFT JOIN carried USING (day) WINDOW so_far AS (PARTITION BY day ORDER BY tick)
), shares AS (
    SELECT tick, day, due, settled, nullif(max(due) OVER (PARTITION BY day), 0) AS whole FROM sums
), points AS (SELECT * FROM shares WHERE {s.within} AND (tick = {s.at} {day_ends}))
SELECT tick, day, 'due' AS series, due / whole AS share, due / 100 AS money FROM points
UNION ALL SELECT tick, day, 'settled', settled / whole, settled / 100 FROM points
ORDER BY series, tick"""


def settled_by_day(bank: str | None, s: Stretch, per_day: int) -> str:
    """What each day settles as a share of what is due in it."""
    return f"""
SELECT day, arg_max(share, tick)::DOUBLE FROM ({progress(bank, s, per_day)})
WHERE series = 'settled' GROUP BY day"""


def booked(bank: str | None, s: Stretch) -> str:
    """Costs since the run began, by kind."""
    return f"""
WITH sums AS (
    SELECT kind, greatest({s.at}, (SELECT min(tick) FROM {s.ends})) AS tick, sum(amount) AS amount
    FROM costs WHERE tick <= {s.last} AND {only(bank)} GROUP BY ALL
), kinds AS (
    SELECT kind, row_number() OVER (ORDER BY sum(amount) DESC, kind) AS place FROM sums GROUP BY kind
), grown AS (
    SELECT tick, kind, place, sum(coalesce(amount, 0)) OVER (PARTITION BY kind ORDER BY tick) AS amount
    FROM kinds CROSS JOIN {s.ends} LEFT JOIN sums USING (kind, tick)
)
SELECT tick, CASE WHEN place < {NAMED} THEN replace(kind, '_', ' ') ELSE '{OTHER_KINDS}' END AS series,
    sum(amount)::BIGINT / 100 AS money
FROM grown GROUP BY 1, 2 ORDER BY series, tick"""


def effort(s: Stretch) -> str:
    """Each bank's largest net outflow of a day as a share of what it paid, and how long its value waited."""
    return f"""
SELECT bank, sum(sent) / 100 AS paid, greatest(0, -min(net_today)) / 100 AS used,
    greatest(0, -min(net_today)) / nullif(sum(sent), 0) AS share,
    sum(q1_value + q2_value) / nullif(sum(sent) + arg_max(q1_value + q2_value, tick), 0) AS wait
FROM bank_ticks WHERE {s.within} GROUP BY bank ORDER BY paid DESC, bank LIMIT 1000"""


def between(bank: str | None, s: Stretch) -> str:
    """Value settled from bank to bank, among the largest."""
    return f"""
WITH moved AS (SELECT sender, receiver, amount FROM settlements WHERE {s.within}
), sides AS (
    SELECT sender AS bank, amount FROM moved UNION ALL SELECT receiver, amount FROM moved
), largest AS (
    SELECT bank, row_number() OVER (ORDER BY {only(bank)} DESC, sum(amount) DESC, bank) AS place
    FROM sides GROUP BY bank
)
SELECT sender, receiver, sum(amount)::BIGINT / 100 AS money, count(*) AS payments,
    a.place AS row, b.place AS col
FROM moved JOIN largest a ON a.bank = sender JOIN largest b ON b.bank = receiver
WHERE a.place <= {CROWD} AND b.place <= {CROWD} AND ({only(bank, "sender")} OR {only(bank, "receiver")})
GROUP BY ALL ORDER BY row, col"""


def waits(bank: str | None, s: Stretch) -> str:
    """Value by how many ticks it waited (0, 1, 2-3, 4-7, ...), settled or still waiting."""
    return f"""
WITH lives AS (
    SELECT amount, settled_tick <= {s.last} AS done, arrival_tick AS since,
        least(coalesce(settled_tick, {s.last}), {s.last}) AS until
    FROM payments
    WHERE status NOT IN ('split', 'dropped') AND arrival_tick <= {s.last} AND {only(bank, "sender")}
        AND coalesce(settled_tick, {s.last}) >= {s.first}
), waited AS (
    SELECT amount, coalesce(done, false) AS done,
        CASE WHEN until > since THEN 1 + floor(log2(until - since))::INT ELSE 0 END AS step FROM lives
)
SELECT step, CASE step WHEN 0 THEN 'at once' WHEN 1 THEN '1'
        ELSE format('{{}} to {{}}', 1::BIGINT << (step - 1), (1::BIGINT << step) - 1) END AS waited,
    CASE WHEN done THEN 'settled' ELSE 'still waiting' END AS series,
    sum(amount)::BIGINT / 100 AS money, count(*) AS payments
FROM waited GROUP BY ALL ORDER BY step, series"""


def tradeoff(last: int, per_day: int) -> str:
    """A run's liquidity and delay, between the most liquidity that could be of use and the least.

    Liquidity is the largest net outflow of each bank within a day, summed over banks, of the day that took
    most; delay is how long a cent that arrived has waited on average, in ticks.
    """
    return f"""
WITH arrived AS (
    SELECT tick, tick // {per_day} AS day, sender, receiver, amount FROM payments_log
    WHERE parent_id IS NULL AND tick = arrival_tick AND tick <= {last}
), due AS (SELECT sum(amount) AS value FROM arrived
), moves AS (
    SELECT day, tick, sender AS bank, -amount AS amount FROM arrived
    UNION ALL SELECT day, tick, receiver, amount FROM arrived
), nets AS (SELECT day, tick, bank, sum(amount) AS net FROM moves GROUP BY ALL
), sums AS (
    SELECT day, tick, bank, sum(net) OVER (PARTITION BY day, bank ORDER BY tick) AS position FROM nets
), needs AS (
    SELECT day, greatest(0, -min(position)) AS most, greatest(0, -arg_max(position, tick)) AS least
    FROM sums GROUP BY day, bank
), bounds AS (SELECT day, sum(most) AS most, sum(least) AS least FROM needs GROUP BY day
), spent AS (
    SELECT tick // {per_day} AS day, bank, greatest(0, -min(net_today)) AS used
    FROM bank_ticks WHERE tick <= {last} GROUP BY ALL
), used AS (SELECT day, sum(used) AS used FROM spent GROUP BY day
), queued AS (SELECT sum(q1_value + q2_value) AS value FROM bank_ticks WHERE tick <= {last}
), held AS (
    SELECT sum(amount * (least((day + 1) * {per_day}, {last} + 1) - 1 - tick)) AS value FROM arrived
)
SELECT 'this run' AS series, max(used) / 100 AS money, any_value(queued.value) / any_value(due.value) AS wait
FROM used, queued, due
UNION ALL SELECT 'all settle on arrival', max(most) / 100, 0 FROM bounds
UNION ALL SELECT 'all settle in the evening', max(least) / 100, any_value(held.value) / any_value(due.value)
FROM bounds, held, due"""
