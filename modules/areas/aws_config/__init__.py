"""AWS Config: what there is, how it changed, and whether it is as promised."""
