"""The demo shop's past: planned from a seed as plain data, then lived through the real verbs, in time order.

Low to high: `diary` (the steps of one order) < `stories` (what happens to orders, and how often) < `desk` (what
waits today), `errands` (what belongs to no order) < `plan` (the whole past) < `opening` (the shop itself, with the
accounts of `outside`) < `money`, `parcels` and `paper` (of one order) < `acting` (steps as verbs) and `chores`
(errands as verbs) < `living` (all of it in one transaction, beside the stand-ins that give its labels and receipts).
"""
