package observatory.cli.replay;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import observatory.analysis.Incident;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.trainer.TrainingSpec;
import observatory.trainer.checkpoint.CheckpointException;
import observatory.trainer.replay.Course;
import observatory.trainer.replay.Snapshot;
import observatory.trainer.replay.Trial;

/**
 * A change of what the optimiser is told that lies before the steps of an incident, and may be felt only there. It is
 * looked for in the steps that were run again and, before them, in the rates and β2 that were recorded.
 *
 * @param step first one with other settings
 * @param before what was told before it
 * @param ranks each rank just before that step
 */
record Turn(long step, Told before, List<Snapshot> ranks) {
    /** Relative; what is recorded of a rate has all its digits. */
    private static final double SAME = 1e-6;

    /** The first change; none where one lies among the steps that are varied, or an operator changed the run since. */
    static Optional<Turn> of(Subject subject, Lab lab, Ground ground) throws IOException {
        TrainingSpec schedule = subject.recipe().training();
        otherProgram(subject, schedule);
        Optional<Long> found = recorded(subject, ground, schedule).or(() -> again(ground, schedule));
        if (found.isEmpty()
                || subject.changed().stream().anyMatch(each -> each >= found.get() - 1 && each < ground.last())) {
            return Optional.empty();
        }
        long step = found.get();
        // One step before the change has to be run too: it says what the settings were.
        Subject.Start start =
                step - 2 >= ground.start().step() ? ground.start() : subject.before(step - 2, lab.stand());
        Course course = lab.run("the steps to a change of settings", Trial.asRun(start.ranks(), step - 1, List.of()));
        return Optional.of(new Turn(step, new Told(course.settings().getLast(), schedule), course.end()));
    }

    /** What another program told before a resumption is nothing that this one's schedule was changed from. */
    static void otherProgram(Subject subject, TrainingSpec schedule) {
        boolean other = subject.recorded().stream()
                .filter(frame -> frame.step() <= subject.resumedAfter())
                .anyMatch(frame -> differ(OptionalDouble.of(1), rate(frame, schedule))
                        || differ(OptionalDouble.of(schedule.adam().beta2()), beta2(frame)));
        if (other) {
            throw new CheckpointException(
                    "up to " + Incident.step(subject.resumedAfter())
                            + " they were those of another program, which this one's checkpoints cannot run without the change");
        }
    }

    String name() {
        return "rate and optimiser constants as before " + Incident.step(step);
    }

    private static Optional<Long> again(Ground ground, TrainingSpec schedule) {
        Told first = new Told(ground.lead().settings().getFirst(), schedule);
        return ground.lead().settings().stream()
                .filter(told -> !first.same(told))
                .map(told -> told.step())
                .findFirst();
    }

    private static Optional<Long> recorded(Subject subject, Ground ground, TrainingSpec schedule) {
        List<Frame> before = subject.recorded().stream()
                .filter(frame -> frame.step() >= 2
                        && frame.step() > subject.resumedAfter()
                        && frame.step() <= ground.start().step() + 1)
                .toList();
        for (Frame frame : before) {
            if (differ(rate(before.getFirst(), schedule), rate(frame, schedule))
                    || differ(beta2(before.getFirst()), beta2(frame))) {
                return Optional.of(frame.step());
            }
        }
        return Optional.empty();
    }

    /** The rate over what the schedule says. */
    private static OptionalDouble rate(Frame frame, TrainingSpec schedule) {
        double planned = schedule.rate(frame.step());
        OptionalDouble rate = frame.scalars().find(Scalars.LEARNING_RATE);
        return planned > 0 && rate.isPresent()
                ? OptionalDouble.of(rate.getAsDouble() / planned)
                : OptionalDouble.empty();
    }

    private static OptionalDouble beta2(Frame frame) {
        return frame.scalars().find(Scalars.ADAM_BETA2);
    }

    private static boolean differ(OptionalDouble one, OptionalDouble other) {
        return one.isPresent()
                && other.isPresent()
                && Math.abs(other.getAsDouble() - one.getAsDouble()) > SAME * Math.abs(one.getAsDouble());
    }
}
