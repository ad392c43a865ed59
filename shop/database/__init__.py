"""The database below the ORM: connections, kept and prepared statements, a replica, changes while the shop runs."""
