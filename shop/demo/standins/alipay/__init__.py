"""Pretend Alipay: codes and links that sell, queries, closing, refunds and notices, with its own signatures."""
