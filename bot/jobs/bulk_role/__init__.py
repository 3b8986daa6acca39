"""A role for many members, or none of them: looked at first, confirmed, then changed one by one."""
