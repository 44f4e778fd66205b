"""The desk: requests, decisions, checks and their execution. Knows nothing of Slack."""
