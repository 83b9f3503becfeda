"""Survey versions, questionnaires and responses."""
