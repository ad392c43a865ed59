"""How commands come in and answers go out: errors, idempotency, parsing, throttling without Redis."""
