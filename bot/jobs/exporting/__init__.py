"""How an export is made: pages from Discord, rows on the disk, files that fit a message."""
