"""The page of a verifier's phone: /v/…"""
