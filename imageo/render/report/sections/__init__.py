"""The chapters of a report: material -> blocks, pure functions."""
