"""A fuzzer for what comes from outside: the text of a command, Slack's posts, the policy file. See docs/fuzzing.md."""
