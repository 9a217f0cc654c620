"""LS Securities Open API: Korean stocks, KOSPI200 futures and options."""
