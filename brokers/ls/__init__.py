"""LS Securities' Open API: KOSPI200 futures and options, Korean stocks."""
