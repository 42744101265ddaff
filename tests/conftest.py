"""What every folder of tests has: a sound server, the command line within this process, no leftovers, and no hurry."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["measuring", "leftovers", "cli_runs", "sound_server"]

# How long an example takes says something of the machine, not of the code.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
