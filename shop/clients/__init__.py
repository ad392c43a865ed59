"""The outside world, one file per service: typed in, typed out, no ORM, no settings.

All addresses and keys are arguments.
"""
