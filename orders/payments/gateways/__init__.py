"""The gateways by which money comes, one file each: how the shop asks them, in what all of them have in common."""
