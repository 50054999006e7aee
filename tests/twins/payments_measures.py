"""The measures of spec section 5 for one day, summed up naively from a run's rows."""

from itertools import accumulate


def measures(payments, settlements, banks, ticks_per_day, day=0):
    """`payments`: the latest row of each payment; `settlements`: all rows, in order."""
    start = day * ticks_per_day
    ticks = range(start, start + ticks_per_day)
    alive = [p for p in payments if p["arrival_tick"] <= ticks[-1] and not settled_by(p, start - 1)]
    settled = [row for row in settlements if row["tick"] in ticks]
    gross = total(settled)
    used = {bank: liquidity_used(settled, bank) for bank in banks}
    done = [p for p in alive if p["settled_tick"] is not None and p["settled_tick"] <= ticks[-1]]
    return {
        "queued": [queued_value(alive, tick) for tick in ticks],
        "upper_bound": {bank: upper_bound(alive, bank, ticks) for bank in banks},
        "lower_bound": {bank: max(0, net_out(alive, bank)) for bank in banks},
        "delay_indicator": delay_indicator(alive, ticks),
        "liquidity_used": used,
        "turnover": gross / sum(used.values()),
        "throughput": [total([s for s in settled if s["tick"] <= tick]) for tick in ticks],
        "settlement_rate": len(done) / len(alive),
        "settlement_rate_value": total(done) / total(alive),
        "value_weighted_delay": sum(p["amount"] * (p["settled_tick"] - p["arrival_tick"]) for p in done)
        / total(done),
        "netting_ratio": 1 - sum(max(0, net_out(settled, bank)) for bank in banks) / gross,
    }


def total(rows):
    return sum(row["amount"] for row in rows)


def net_out(rows, bank):
    return total([r for r in rows if r["sender"] == bank]) - total([r for r in rows if r["receiver"] == bank])


def upper_bound(payments, bank, ticks):
    return max(0, *(net_out([p for p in payments if p["arrival_tick"] <= tick], bank) for tick in ticks))


def queued_value(payments, tick):
    return total([p for p in payments if p["arrival_tick"] <= tick and not settled_by(p, tick)])


def settled_by(payment, tick):
    return payment["settled_tick"] is not None and payment["settled_tick"] <= tick


def delay_indicator(payments, ticks):
    arrived = [total([p for p in payments if p["arrival_tick"] <= tick]) for tick in ticks[:-1]]
    return sum(queued_value(payments, tick) for tick in ticks[:-1]) / sum(arrived)


def liquidity_used(settled, bank):
    """The lowest point of the bank's cumulative net inflow, as a positive number; a set is one step."""
    steps = {}
    for position, row in enumerate(settled):
        step = position if row["set_id"] is None else f"set {row['set_id']}"
        steps[step] = steps.get(step, 0) - net_out([row], bank)
    return -min(0, 0, *accumulate(steps.values()))
