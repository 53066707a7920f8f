"""Read the views, compute a statistic, keep it in bi.estimate: what its command and the report share."""
