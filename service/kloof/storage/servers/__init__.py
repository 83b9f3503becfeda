"""PostgreSQL, over connections that are not waited for for ever."""
