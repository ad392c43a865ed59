"""The counter in the mini-program: `/verifier/…`, for buyers who are verifiers."""
