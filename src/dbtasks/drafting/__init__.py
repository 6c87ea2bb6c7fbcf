"""What a revision has to do, worked out from two schemas: the history's at head, and the one that the models make.

Both are made in scratch databases of the project's own kind and compared as the database tells them; what is drafted is
written in the models' own words.
"""
