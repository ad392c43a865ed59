"""How far two points are from each other."""

from math import asin, cos, radians, sin, sqrt

_EARTH_M = 6_371_008.8


def measure(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> int:
    """Metres along the ground between two points in degrees (haversine), right to half a percent."""
    north, to_north = radians(latitude), radians(to_latitude)
    across = radians(to_longitude - longitude)
    half = sin((to_north - north) / 2) ** 2 + cos(north) * cos(to_north) * sin(across / 2) ** 2
    return round(2 * _EARTH_M * asin(min(1.0, sqrt(half))))
