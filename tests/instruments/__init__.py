"""What the tests measure with: judges of pages and papers, servers that misbehave, an attacker with patience."""
