"""Listeners: ack, parse, one call to the desk, render. None calls Slack or the cloud before its ack."""
