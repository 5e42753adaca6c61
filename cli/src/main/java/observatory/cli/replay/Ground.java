package observatory.cli.replay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import observatory.analysis.Incident;
import observatory.probe.Frame;
import observatory.trainer.BatchEdit;
import observatory.trainer.Model.StepSettings;
import observatory.trainer.TokenBatch;
import observatory.trainer.replay.Course;
import observatory.trainer.replay.Snapshot;
import observatory.trainer.replay.Trial;

/**
 * The run as it was, from a checkpoint over the steps before the incident, which say how things were, to the end of the
 * steps that are varied.
 *
 * @param first first step that is varied
 * @param last last one
 * @param lead from the checkpoint to the step before {@code first}
 * @param during from there to {@code last}
 * @param batches by rank and step, what was trained on in the steps that are varied
 */
record Ground(
        Subject.Start start, long first, long last, Course lead, Course during, List<Map<Long, TokenBatch>> batches) {
    /** Steps that say how things were before. */
    static final int LEAD = 16;

    static Ground of(Subject subject, Lab lab, long first, long last) throws IOException {
        Subject.Start start = subject.lead(first, LEAD, lab.stand());
        List<Map<Long, TokenBatch>> batches = new ArrayList<>();
        for (int rank = 0; rank < lab.stand().ranks(); rank++) {
            batches.add(new HashMap<>());
        }
        String what = "the run as it was, from " + Incident.step(start.step());
        Course lead = lab.run(what, Trial.asRun(start.ranks(), first - 1, Questions.of(subject.kind())));
        Course during = lab.run(
                what,
                Trial.asRun(lead.end(), last, Questions.of(subject.kind())).batches(rank -> noting(batches.get(rank))));
        return new Ground(start, first, last, lead, during, batches);
    }

    /** Each rank has a map of its own, and asks from its own thread. */
    private static BatchEdit noting(Map<Long, TokenBatch> batches) {
        return (step, drawn) -> {
            batches.put(step, drawn);
            return drawn;
        };
    }

    /** Each rank just before the steps that are varied. */
    List<Snapshot> before() {
        return lead.end();
    }

    /** All frames, of all ranks. */
    List<Frame> frames() {
        return Stream.concat(lead.frames().stream(), during.frames().stream()).toList();
    }

    /** Frames of the steps before: what was recorded before the checkpoint, then what was run again. */
    List<Frame> earlier(List<Frame> recorded) {
        return Stream.concat(recorded.stream().filter(frame -> frame.step() <= start.step()), lead.frames().stream())
                .toList();
    }

    /** What the step before those that are varied was told. */
    StepSettings told() {
        return lead.settings().getLast();
    }
}
