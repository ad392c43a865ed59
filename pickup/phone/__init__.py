"""The phone of a verifier: /v/…"""
