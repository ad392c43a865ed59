"""The clients of receipt printers: 飞鹅, 易联云, and ESC/POS over the network."""
