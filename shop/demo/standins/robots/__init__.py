"""Pretend robots of the staff's groups: 企业微信, 钉钉 and 飞书."""
