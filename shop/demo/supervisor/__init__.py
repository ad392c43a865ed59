"""Runs the whole demo shop on one machine: Redis, stand-ins, web, worker, deliverer and demo buyers.

Started by `bin/run` as `python -m shop.demo.supervisor`. It never imports Django: every process it starts
is the same command an operator would start by hand, so nothing here can differ from production.
"""
