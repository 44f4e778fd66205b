"""What Imagewarden costs, measured beside its peers: ``python -m tests.bench`` writes ``docs/benchmarks.md``."""
