"""What every test shares: hypothesis that waits for the compiler and repeats itself."""

from hypothesis import HealthCheck, Phase, settings

# The first example may wait for the compiler.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# Explaining a failure traces every line, which in plain Python takes minutes.
brief = [phase for phase in Phase if phase is not Phase.explain]

# `ci`: same commit, same examples, and one failure is enough. To look for new ones: --hypothesis-profile=dev
settings.register_profile("ci", patient, derandomize=True, report_multiple_bugs=False, phases=brief)
settings.register_profile("dev", patient, print_blob=True)
settings.load_profile("ci")
