"""What ends the shop with a plain sentence instead of a traceback."""


class StartError(Exception):
    """The shop cannot start or go on; the message is a sentence for the person who started it."""
