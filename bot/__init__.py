"""Slack: words in, words out. Everything that decides lives in ``approvals``."""
