"""Central delivery: what hands the messages of every region on to the topics of one."""
