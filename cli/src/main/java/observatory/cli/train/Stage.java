package observatory.cli.train;

import observatory.probe.RunId;
import observatory.stream.spool.Sender;
import observatory.stream.spool.Spool;

/** Everything a view of a running demo may look at. */
record Stage(RunId run, RunPlan plan, Training training, Backbone backbone, Spool spool, Sender sender, LiveRun live) {}
