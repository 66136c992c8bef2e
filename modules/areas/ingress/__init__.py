"""The way in: names, certificates, load balancers and their firewalls."""
