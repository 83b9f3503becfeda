"""The certificate: what can be worked out from sums, by whom, and the gate that a release passes."""
