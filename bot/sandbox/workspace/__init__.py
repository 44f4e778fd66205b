"""A local Slack workspace: Slack's Web API, its deliveries to a bot, and a page on which people act."""
