"""Found first by the processes that tests start: for them, as for users, there is no scikit-learn."""

raise ImportError("only the tests themselves use scikit-learn")
