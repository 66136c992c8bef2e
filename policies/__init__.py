"""The policy gate: checkov on the synthesized JSON and on the plan, with waivers that expire."""
