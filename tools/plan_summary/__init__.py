"""`make plan-summary`: what a plan does, as Markdown for who reviews it."""
