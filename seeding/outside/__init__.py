"""The services of others in the demo shop: accounts at their stand-ins, tested, and what these remember."""
