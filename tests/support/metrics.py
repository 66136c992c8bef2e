"""Metrics that AWS documents, with the dimensions that each service publishes them by.

Each entry is from the page of the service's metrics in its user guide, such as
https://docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html
"""

METRICS = {
    "AWS/ApplicationELB": {
        *("ActiveConnectionCount", "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count", "HealthyHostCount"),
        *("RejectedConnectionCount", "RequestCount", "TargetConnectionErrorCount", "TargetResponseTime"),
        *("TargetTLSNegotiationErrorCount", "UnHealthyHostCount"),
    },
    "AWS/AutoScaling": {
        *("GroupDesiredCapacity", "GroupInServiceInstances", "GroupMaxSize", "GroupMinSize", "GroupPendingInstances"),
        *("GroupStandbyInstances", "GroupTerminatingInstances", "GroupTotalInstances"),
    },
    "AWS/Backup": {
        *("NumberOfBackupJobsAborted", "NumberOfBackupJobsCompleted", "NumberOfBackupJobsCreated"),
        *("NumberOfBackupJobsExpired", "NumberOfBackupJobsFailed", "NumberOfBackupJobsPending"),
        *("NumberOfBackupJobsRunning", "NumberOfCopyJobsCompleted", "NumberOfCopyJobsCreated"),
        *("NumberOfCopyJobsFailed", "NumberOfCopyJobsRunning", "NumberOfRecoveryPointsExpired"),
        "NumberOfRestoreJobsCompleted",
        *("NumberOfRestoreJobsFailed", "NumberOfRestoreJobsPending", "NumberOfRestoreJobsRunning"),
    },
    "AWS/CertificateManager": {"DaysToExpiry"},
    "AWS/DynamoDB": {
        *("ConditionalCheckFailedRequests", "ReadThrottleEvents", "ReplicationLatency", "SuccessfulRequestLatency"),
        *("SystemErrors", "ThrottledRequests", "WriteThrottleEvents"),
    },
    "AWS/Events": {"FailedInvocations", "Invocations", "MatchedEvents", "ThrottledRules", "TriggeredRules"},
    "AWS/Lambda": {
        *("ConcurrentExecutions", "DeadLetterErrors", "Duration", "Errors", "Invocations", "IteratorAge", "Throttles"),
    },
    "AWS/NATGateway": {
        *("ActiveConnectionCount", "BytesInFromDestination", "BytesOutToDestination", "ConnectionAttemptCount"),
        *("ConnectionEstablishedCount", "ErrorPortAllocation", "IdleTimeoutCount", "PacketsDropCount"),
    },
    "AWS/Route53": {"ChildHealthCheckHealthyCount", "HealthCheckPercentageHealthy", "HealthCheckStatus"},
    "AWS/RDS": {
        *("CPUUtilization", "DatabaseConnections", "DiskQueueDepth", "FreeStorageSpace", "FreeableMemory"),
        *("MaximumUsedTransactionIDs", "OldestReplicationSlotLag", "ReadLatency", "ReplicaLag", "SwapUsage"),
        *("TransactionLogsDiskUsage", "WriteLatency"),
    },
    "AWS/S3": {
        *("BytesPendingReplication", "OperationsFailedReplication", "OperationsPendingReplication"),
        "ReplicationLatency",
    },
    "AWS/SNS": {
        *("NumberOfMessagesPublished", "NumberOfNotificationsDelivered", "NumberOfNotificationsFailed"),
        "NumberOfNotificationsFilteredOut",
    },
    "AWS/SQS": {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible", "NumberOfMessagesSent"},
}

#: Sets of dimensions that a service publishes these metrics by. Another set is another metric, which has no data.
DIMENSIONS = {
    "AWS/ApplicationELB": [{"LoadBalancer"}, {"LoadBalancer", "TargetGroup"}],
    "AWS/AutoScaling": [{"AutoScalingGroupName"}],
    "AWS/Backup": [{"BackupVaultName"}, {"BackupVaultName", "ResourceType"}],
    "AWS/CertificateManager": [{"CertificateArn"}],
    "AWS/DynamoDB": [{"TableName"}, {"TableName", "Operation"}, {"TableName", "ReceivingRegion"}],
    "AWS/Events": [{"RuleName"}],
    "AWS/Lambda": [{"FunctionName"}],
    "AWS/NATGateway": [{"NatGatewayId"}],
    "AWS/RDS": [{"DBInstanceIdentifier"}],
    "AWS/Route53": [{"HealthCheckId"}],
    "AWS/S3": [{"SourceBucket", "DestinationBucket", "RuleId"}],
    "AWS/SNS": [{"TopicName"}],
    "AWS/SQS": [{"QueueName"}],
}

#: Metrics that are only published by more dimensions than the resource alone.
WITH_MORE = {
    "HealthyHostCount": {"TargetGroup"},
    "UnHealthyHostCount": {"TargetGroup"},
    "ReplicationLatency": {"ReceivingRegion", "RuleId"},
    "SystemErrors": {"Operation"},
    "ThrottledRequests": {"Operation"},
}
