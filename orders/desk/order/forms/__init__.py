"""The forms behind the buttons of the order page; each calls the one verb it is for."""
