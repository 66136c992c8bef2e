"""How to find what stands in an account, by type: one module for services that belong together.

A finder yields everything that bears a resource's name, and nothing that is about to be gone.
"""
