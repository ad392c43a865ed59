"""Alipay's open platform in public-key mode (支付宝公钥), for one app and the seller it collects for."""

from shop.clients.alipay.client import PRODUCTION_URL, Alipay, AlipayNotice, Credentials

__all__ = ["PRODUCTION_URL", "Alipay", "AlipayNotice", "Credentials"]
