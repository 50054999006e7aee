"""A payment and a bank of the slow twin."""

from dataclasses import dataclass, field

from tests.twins import payments_costs as exactly


@dataclass(eq=False)
class Payment:
    """One payment and everything that ever happened to it."""

    id: int
    sender: "Bank"
    receiver: "Bank"
    amount: int
    priority: int
    original_priority: int
    divisible: bool
    arrival_tick: int
    deadline_tick: int
    source: str
    declared_class: str | None = None
    status: str = "queue1"
    channel: str | None = None
    submission_tick: int | None = None
    settled_tick: int | None = None
    dropped_tick: int | None = None
    overdue_since: int | None = None
    penalty_charged: bool = False
    breach_logged: bool = False
    queue_class: str | None = None
    set_id: int | None = None
    parent: "Payment | None" = None
    settled_seq: int | None = None
    parts_settled: int = 0  # of what was split
    due_tick: int | None = None  # when a part that waits is submitted
    queued_since: int = 0  # since when it has been in its queue
    delay_so_far: int = 0
    q1_ticks: int = 0
    q2_ticks: int = 0

    @property
    def remaining(self):
        return self.amount - self.parts_settled


@dataclass(eq=False)
class Bank:
    """One bank: its settings, its money, its own queue."""

    settings: object
    balance: int
    queue: list = field(default_factory=list)
    pending: int = 0
    credited: int = 0
    allocated: int = 0
    in_force: int = 0
    loan: int = 0
    rate_factor: float = 1.0
    tick_low: int = 0
    day: dict = field(default_factory=dict)
    costs: dict = field(default_factory=dict)  # of the whole run, by kind
    registers: dict = field(default_factory=dict)
    timers: list = field(default_factory=list)  # (due tick, amount of collateral)
    budget: object = None

    @property
    def id(self):
        return self.settings.id

    @property
    def limit(self):
        return self.settings.cap + exactly.secured(self.settings.collateral, self.settings.haircut)

    @property
    def available(self):
        return exactly.available(self.balance, self.limit)

    def move(self, amount):
        """Add to the balance (or take from it) within the day."""
        self.balance += amount
        self.tick_low = min(self.tick_low, self.balance)
        self.day["min_balance"] = min(self.day["min_balance"], self.balance)
        self.day["max_balance"] = max(self.day["max_balance"], self.balance)
