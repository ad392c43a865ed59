"""What is sent again in exchange for goods that came back."""
