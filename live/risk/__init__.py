"""The gate between what the desk wants and what is sent: thirty controls, each with a code. docs/risk.md."""
