"""What every test shares: hypothesis that waits for the compiler and repeats itself."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "repeatable",
    deadline=None,  # the first example may compile the engine
    derandomize=True,  # same commit, same examples; a search for new ones: --hypothesis-profile=search
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")
