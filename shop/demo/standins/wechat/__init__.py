"""WeChat Pay v3 and the server of the mini-program."""
