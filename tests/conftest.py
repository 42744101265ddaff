"""What every folder of tests has: a sound server."""

pytest_plugins = ["sound_server"]
