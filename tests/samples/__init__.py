"""The sample teams: what four invented sales teams typed, as JSON, and the builder of samples/."""
