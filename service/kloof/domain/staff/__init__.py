"""What salespeople, delivery leads and the desk see: own totals, calls, handover, calibration, fair play."""
