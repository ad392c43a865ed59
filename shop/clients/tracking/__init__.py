"""News of parcels from 快递鸟 and 快递100: asked for, subscribed to, and pushed by them."""
