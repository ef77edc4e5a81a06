"""What is said of a study: journal, replay, policy, statistics."""
