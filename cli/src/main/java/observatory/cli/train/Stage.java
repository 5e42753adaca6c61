package observatory.cli.train;

import observatory.probe.RunId;
import observatory.stream.Sender;
import observatory.stream.Spool;

/** Everything a view of a running demo may look at. */
record Stage(RunId run, RunPlan plan, Training training, Backbone backbone, Spool spool, Sender sender, LiveRun live) {}
