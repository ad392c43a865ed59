"""The providers of electronic waybills: 快递鸟 and 快递100."""
