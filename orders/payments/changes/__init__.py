"""Verbs that change what an order costs, or what of it is given back; they stand on the services of money."""
