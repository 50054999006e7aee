"""Step 10 of the slow twin, and the offset of step 8: when the algorithms of payments_saving run."""

from tests.twins import payments_saving as saving
from tests.twins.payments_shocks import lsm_down, room

LAST_SUCCESS = 20  # of T2's sequence in a tick


class TwinDesk(saving.Desk):
    """The twin's central queue and accounts, and how often the list has been run in this tick."""

    def __init__(self, twin, iteration=0):
        self.twin, self.banks, self.iteration = twin, twin.banks, iteration

    @property
    def queue(self):
        return self.twin.queue2

    def limits(self):
        for bank in self.banks:
            terms = list(bank.settings.bilateral.items())
            total = bank.settings.multilateral
            for name, limit in terms + ([] if total is None else [(None, total)]):
                receiver = None if name is None else self.twin.bank(name)
                yield bank, receiver, limit - self.twin.used(bank, receiver), bank.settings.net

    def eligible(self, payment):
        return self.twin.eligible(payment)

    def room(self):
        return room(self.twin)

    def settle(self, payments, channel):
        twin, set_id = self.twin, self.twin.sets
        gross = saving.value(payments)
        net = {bank.id: -saving.flow(payments, bank, None, True) for bank in twin.sorted_banks}
        settled = {payment.id for payment in payments}
        twin.settle_together([payment for payment in twin.queue2 if payment.id in settled], channel)
        moved = sum(amount for amount in net.values() if amount > 0)
        concerned = [b.id for b in twin.banks if any(b in (p.sender, p.receiver) for p in payments)]
        twin.log.write(
            "lsm_sets", set_id=set_id, algorithm=channel, iteration=self.iteration,
            n_payments=len(payments), gross=gross, net=moved, saved=gross - moved, banks=concerned,
            tx_ids=sorted(settled), net_positions=[net[name] for name in concerned],
        )  # fmt: skip

    def pass_queue(self):
        return self.twin.pass_queue2()


def offset_at_entry(twin, payment):
    """Step 8: with the first opposite payment that makes both feasible."""
    if not twin.scenario.entry_offsetting or lsm_down(twin):
        return
    desk = TwinDesk(twin)
    for opposite in saving.between(desk, payment.receiver, payment.sender):
        if saving.feasible(desk, [payment, opposite]):
            desk.settle([payment, opposite], "entry_offset")
            return


def save_liquidity(twin):
    """Step 10."""
    scenario = twin.scenario
    if not (scenario.sequencing or scenario.algorithms) or lsm_down(twin) or not twin.queue2:
        return
    runs = run_sequence(twin) if scenario.sequencing else run_list(twin)
    found = saving.gridlock(TwinDesk(twin))
    for number, (algorithm, count, value) in enumerate(runs, 1):
        twin.log.write(
            "lsm_runs", algorithm=algorithm, payments=count, value=value, success=count > 0,
            gridlock=found if number == len(runs) else None,
        )  # fmt: skip


def run_list(twin):
    """The list of algorithms again and again, until it settles nothing; what each run settled."""
    runs = []
    for iteration in range(1, twin.scenario.max_iterations + 1):
        counts = [run_once(twin, iteration, algorithm, runs) for algorithm in twin.scenario.algorithms]
        if not any(counts):
            break
    return runs


def run_once(twin, iteration, algorithm, runs):
    """One algorithm, and a pass over the queue if it settled something."""
    before = len(twin.settled_today)
    count = saving.run(TwinDesk(twin, iteration), algorithm)
    runs.append((algorithm["type"], count, saving.value(twin.settled_today[before:])))
    if count:
        twin.pass_queue2()
    return count


def run_sequence(twin):
    """T2: everything at once, netting, offsets and circles; from the start again after every success."""
    runs, step, successes = [], 0, 0
    while step < 3 and twin.queue2 and successes < LAST_SUCCESS:
        before = len(twin.settled_today)
        desk = TwinDesk(twin, len(runs) + 1)
        count = sum(saving.run(desk, algorithm) for algorithm in twin.scenario.sequencing[step])
        runs.append((str(step + 1), count, saving.value(twin.settled_today[before:])))
        step = 0 if count else step + 1
        if count:
            successes += 1
            twin.pass_queue2()
    return runs
