"""What went over the wire: kept, timed, filtered, exported and sent again."""
