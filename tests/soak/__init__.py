"""Everything at once: people who ask and press what they see, faults of the cloud and of Slack, kills and restarts."""
