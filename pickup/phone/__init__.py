"""The phone of a verifier: how they come in, and what they do there."""
