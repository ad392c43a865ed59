"""Spreadsheets in and out: guarded reading of .xlsx and .csv, columns as objects, writing in constant memory.

`read_sheet` takes an uploaded file apart, `read_table` finds the header and checks every row against columns,
`write_rows` writes. Nothing here knows what the rows mean.
"""
