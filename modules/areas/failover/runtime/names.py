"""Names that the functions and what is built around them share; nothing is imported, since synthesis has no boto3."""

#: The key of the journal's table.
KEY = "id"
#: Metrics of the failover and of the keepers. Alarms and health checks read them.
NAMESPACE = "Meridian/Failover"
HELD_METRIC, MINUTES_METRIC, KEPT_METRIC = "RegionHeld", "RunningMinutes", "KeeperRan"
#: The error of an execution of the state machine whose failover was refused; any other says that it has broken off.
REFUSED_ERROR = "Refused"
