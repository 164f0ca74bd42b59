"""The live exercise: people take the place of the model's deciders, and the model every other.

The parts, from the bottom up: chairs (who sits where), moves (what people do), the table (who is
asked), the game (the crisis, played move by move), forks (the same game with one move changed),
the log (what is kept of it), views (what a chair may know), the session, the server and its pages.
"""
