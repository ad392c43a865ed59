"""What becomes of a parcel on its way, and what people do about it."""
