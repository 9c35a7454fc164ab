"""Content for those who edit it: workbooks, and publishing."""
