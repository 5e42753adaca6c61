package observatory.cli.replay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import observatory.analysis.replay.ReplayResult.Culprit;
import observatory.analysis.replay.ReplayResult.Intervention;
import observatory.analysis.replay.Symptom;
import observatory.probe.TrainerCommand;
import observatory.stream.control.CommandJson;
import observatory.trainer.Precision;
import observatory.trainer.Recipe;
import observatory.trainer.Sampling;
import observatory.trainer.TokenBatch;
import observatory.trainer.TrainerState;
import observatory.trainer.replay.Snapshot;
import observatory.trainer.replay.Swaps;
import observatory.trainer.replay.Trial;

/** What an operator could do, each tried from the same checkpoint over the same number of steps, and compared. */
final class Forward {
    private static final int HELD = 16;
    private static final double LOWER = 0.1;
    /** Batches that are skipped from the first step of an incident on, at most: PaLM skipped 200 to 500. */
    private static final int FARTHEST = 200;
    /** Blocks of unused samples that the other trials took. */
    private static final int BEYOND = 4096;

    private final Subject subject;
    private final Lab lab;
    private final Draft draft;
    private final Ground ground;
    private final Symptom symptom;
    private final int after;

    /** @param after steps beyond those that were varied */
    Forward(Subject subject, Lab lab, Draft draft, Ground ground, Symptom symptom, int after) {
        this.subject = subject;
        this.lab = lab;
        this.draft = draft;
        this.ground = ground;
        this.symptom = symptom;
        this.after = after;
    }

    private record Option(String name, Trial trial, List<TrainerCommand> commands) {}

    void tryOut(Factors factors) {
        Recipe recipe = subject.recipe();
        TokenBatch held = new Sampling(recipe.corpus(), recipe.model(), recipe.training())
                .draw(new Sampling.Draw(
                        (long) (recipe.training().steps() + BEYOND)
                                * recipe.training().batch(),
                        HELD,
                        recipe.model().context(),
                        recipe.training().mixture()));
        List<Option> options = options(factors);
        List<Lab.Job> jobs = options.stream()
                .map(option -> new Lab.Job(
                        "forward " + ground.start().step() + " " + option.name(),
                        option.trial().asking(Questions.of(symptom)),
                        symptom,
                        Optional.of(held)))
                .toList();
        Map<String, Measured> found = lab.measure("what could be done, tried forward", jobs);
        List<Intervention> tried = new ArrayList<>();
        for (int i = 0; i < options.size(); i++) {
            Option option = options.get(i);
            Measured measured = found.get(jobs.get(i).key());
            if (measured == null) {
                draft.notRun("forward: " + option.name(), "the time was up; give more with --budget");
                continue;
            }
            draft.curve("forward: " + option.name(), measured);
            tried.add(new Intervention(
                    option.name(),
                    measured.losses().length,
                    measured.ended().isEmpty() ? measured.held() : Double.NaN,
                    measured.symptom(),
                    measured.skipped(),
                    option.commands().stream()
                            .map(command -> CommandJson.write(command).toString())
                            .toList(),
                    false));
        }
        Optional<Intervention> best = tried.stream()
                .filter(one -> Double.isFinite(one.loss()))
                .min(Comparator.comparing((Intervention one) -> symptom.present(one.symptom()))
                        .thenComparingDouble(Intervention::loss));
        for (Intervention one : tried) {
            boolean chosen = best.isPresent() && best.get() == one;
            draft.interventions.add(new Intervention(
                    one.name(), one.steps(), one.loss(), one.symptom(), one.skipped(), one.commands(), chosen));
        }
    }

    private List<Option> options(Factors factors) {
        long last = ground.last() + after;
        long from = ground.start().step();
        Trial asRun = Trial.asRun(ground.start().ranks(), last, List.of());
        List<Option> options = new ArrayList<>();
        options.add(new Option("nothing: as it was", asRun, List.of()));
        int skip = (int) (Math.max(ground.last(), Math.min(subject.last(), subject.first() + FARTHEST)) - from);
        options.add(new Option(
                "rewind and skip " + skip + " batches",
                asRun.from(states(state -> skipping(state, skip))),
                commands(new TrainerCommand.Rewind(from, skip))));
        options.add(rate(asRun, LOWER));
        double surge = factors.surge();
        if (surge > 1.5) {
            options.add(rate(asRun, Double.parseDouble(String.format(Locale.ROOT, "%.3g", 1 / surge))));
        }
        Precision precision = ground.told().precision();
        if (precision != Precision.FP32) {
            options.add(format(asRun, Precision.FP32));
        }
        if (precision == Precision.FP16) {
            options.add(format(asRun, Precision.BF16));
        }
        without(asRun).ifPresent(options::add);
        return options;
    }

    private Option rate(Trial asRun, double factor) {
        return new Option(
                String.format(Locale.ROOT, "rewind, learning rate × %.3g", factor),
                asRun.from(states(state -> state.withRateFactor(factor))),
                // In this order: a run that goes back keeps the rate it was last told, and no step at the checkpoint
                // is trained with the old one between the two.
                commands(
                        new TrainerCommand.ChangeLearningRate(factor),
                        new TrainerCommand.Rewind(ground.start().step(), 0)));
    }

    private Option format(Trial asRun, Precision format) {
        return new Option(
                "rewind, go on in " + format.label(),
                asRun.from(states(
                        state -> state.with(format, subject.recipe().training().scaling()))),
                commands(
                        new TrainerCommand.Rewind(ground.start().step(), 0),
                        new TrainerCommand.ChangePrecision(format.label())));
    }

    /** Without the sequences that were named, where others are left; no command of the trainer does it. */
    private Optional<Option> without(Trial asRun) {
        List<Culprit> named = draft.samples.stream().filter(Culprit::named).toList();
        if (named.isEmpty()
                || named.size() == draft.samples.size()
                || lab.stand().ranks() > 1) {
            if (!named.isEmpty() && lab.stand().ranks() == 1) {
                draft.notRun(
                        "forward: the named sequences left out", "they are all of the batch, which is skipping it");
            }
            return Optional.empty();
        }
        int[] numbers = named.stream().mapToInt(Culprit::number).toArray();
        return Optional.of(new Option(
                "the " + named.size() + " named sequences left out",
                asRun.batches(Swaps.without(named.getFirst().step(), 0, numbers)),
                List.of()));
    }

    private List<Snapshot> states(UnaryOperator<TrainerState> change) {
        return ground.start().ranks().stream()
                .map(one -> one.at(change.apply(one.trainer())))
                .toList();
    }

    /** As the trainer leaves batches out when it is told to rewind. */
    private TrainerState skipping(TrainerState state, int skip) {
        TrainerState then = state;
        for (int i = 1; i <= skip; i++) {
            then = then.leavingOut(subject.recipe().training().batching().size(then.step() + i, then.tokens()));
        }
        return then;
    }

    /** A run can only be told to go back to a checkpoint that is there. */
    private List<TrainerCommand> commands(TrainerCommand... commands) {
        return ground.start().onDisk() ? List.of(commands) : List.of();
    }
}
