"""What may be published: blocks that close once, the sets that they make, the certificate and the attacks."""
