"""Receipt printers: the services of 飞鹅 and 易联云, and one that listens to a socket."""
