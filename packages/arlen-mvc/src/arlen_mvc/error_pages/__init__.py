"""How an error looks to whoever asked: JSON, Problem Details, a page, and one for developers."""
