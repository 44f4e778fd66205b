"""A pretend workspace and a pretend cloud, real servers on this machine, to try and to test everything."""
