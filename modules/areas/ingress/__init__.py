"""Ingress: DNS records, certificates, load balancers and their web ACLs."""
