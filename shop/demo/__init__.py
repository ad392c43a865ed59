"""A pretend world for the demo and the tests: strict stand-ins for the outside services, and buyers."""
