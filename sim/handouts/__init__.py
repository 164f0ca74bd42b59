"""Paper and event lists: what a workshop holds in its hands, made from the scenario file."""
