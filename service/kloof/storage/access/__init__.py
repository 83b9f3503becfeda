"""People, sign-ins, attempts and the audit log."""
