"""The demo shop's past: planned from a seed as plain data, then lived through the real verbs, in time order.

Low to high: `diary` (the steps of one order) < `stories` (what happens to orders) < `plan` (the whole past) <
`opening` (the shop itself) and `acting` (steps as verbs) < `living` (all of it in one transaction).
"""
