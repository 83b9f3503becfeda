"""Who may do what: people and roles, rules, links, what a provider claims, and the log of who did it."""
