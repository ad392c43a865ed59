"""Who is at the door: passwords tried, devices known, sessions kept, and asked again before what is grave."""
