"""What is looked at in an account before anything is planned: read only, a sentence for each thing that is found."""

from tools.preflight.finding import Finding, Severity
from tools.preflight.report import Report
from tools.preflight.roles import make_missing_roles
from tools.preflight.run import look_at
from tools.preflight.subject import Subject
from tools.preflight.target import quick_clients, subject_of

__all__ = ["Finding", "Report", "Severity", "Subject", "look_at", "make_missing_roles", "quick_clients", "subject_of"]
