"""The long run: what the tests do a few times, done until it tells something; `python3 -m tests.faults.soak WHAT`."""
