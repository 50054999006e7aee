"""Every case runs twice: on the slow twin and on the engine."""

import pytest

from tests.twins.runs import RUNS


@pytest.fixture(params=sorted(RUNS, reverse=True))
def play(request):
    """Open a scenario, run it (to its end, or some ticks) and hand back the run."""

    def play(data, ticks=None):
        run = RUNS[request.param](data)
        simulation = data["simulation"]
        run.step(simulation["ticks_per_day"] * simulation["num_days"] if ticks is None else ticks)
        return run

    return play
