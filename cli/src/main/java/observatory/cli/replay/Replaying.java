package observatory.cli.replay;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.SpikeLog;
import observatory.analysis.replay.ReplayResult;
import observatory.probe.Frame;
import observatory.probe.RunEvent;
import observatory.probe.Telemetry;
import observatory.trainer.BpeTokenizer;
import observatory.trainer.Corpus;
import observatory.trainer.CorpusFiles;
import observatory.trainer.Fault;
import observatory.trainer.Recipe;
import observatory.trainer.Tokenizer;
import observatory.trainer.TrainerBuild;
import observatory.trainer.checkpoint.CheckpointException;
import observatory.trainer.checkpoint.CheckpointRing;
import observatory.trainer.checkpoint.RunCard;
import observatory.trainer.replay.Stand;

/**
 * Replays an incident from its spike log and the run's checkpoints. Throws {@link CheckpointException} for what is not
 * there or not the same.
 */
public final class Replaying {
    /** How often the steps that are varied begin earlier where nothing explains an incident. */
    private static final int LEVELS = 4;

    private static final int BRIEF_LEVELS = 2;
    private static final long FAR = 64;
    private static final long LEAD = 8;
    private static final List<String> CHANGES = List.of("Rewind", "ChangeLearningRate", "ChangePrecision");

    /**
     * How it is done.
     *
     * @param seconds after which no new trial is begun
     * @param bytes all trials at once may take
     * @param repeats of each factor; 6 make 924 ways to split two groups
     * @param extras what else is turned, for the table
     * @param ranking of the sequences
     * @param forward steps that interventions are tried beyond the incident; 0 for none
     * @param text whether the text of the sequences is told
     * @param anyBuild whether another build of the trainer is taken
     */
    public record Manner(
            double seconds,
            long bytes,
            int threads,
            int repeats,
            boolean extras,
            boolean ranking,
            int forward,
            boolean text,
            boolean anyBuild) {
        /** Everything, within two minutes. */
        public static Manner whole(int threads) {
            return new Manner(110, 2L << 30, threads, 6, true, true, 12, false, false);
        }

        /** What decides, and what could be done; some seconds on two idle cores. */
        public static Manner brief(int threads) {
            return new Manner(90, 2L << 30, threads, 5, false, true, 8, false, false);
        }
    }

    /** Who watches, and may stop it. */
    public record Watch(BooleanSupplier stop, Telling telling, LongSupplier nanos) {
        /** Told of every trial. */
        public interface Telling {
            void at(int done, int planned, String doing);
        }
    }

    private Replaying() {}

    /**
     * @param step replayed instead of the incident of the log; empty for that
     * @param checkpoint no newer one is begun with; empty for any
     */
    public record Asked(SpikeLog log, Optional<Long> step, Optional<Long> checkpoint) {}

    /**
     * @param checkpoints folder of the run's checkpoints
     * @param notes where trials that are done are noted
     */
    public static ReplayResult of(Asked asked, Path checkpoints, Path notes, Manner manner, Watch watch)
            throws IOException {
        RunCard card = RunCard.read(checkpoints);
        if (!card.backend().equals("cpu")) {
            throw new CheckpointException("the run was trained on " + card.backend()
                    + ": its bits come out again only on that device with its libraries, and replays run on the CPU, where"
                    + " its steps cannot be reproduced to the bit, as a replay that is believed has to; needed is a run"
                    + " of the same recipe with --backend cpu --checkpoint-every N, whose incident can be replayed");
        }
        Fault fault = Fault.parse(card.fault());
        // What the machine did, once, is no part of the program: it is not done again.
        Recipe recipe = new Recipe(
                card.model(), card.training(), corpus(card), fault.kind().accident() ? Fault.NONE : fault);
        card.checkCorpus(recipe);
        if (!manner.anyBuild()) {
            card.checkBuild();
        }
        Subject subject = subject(asked, recipe, new CheckpointRing(checkpoints, 1), card);
        return run(subject, Notebook.open(notes, identity(asked, card, manner)), manner, watch);
    }

    /** The experiment itself, on whatever recipe; nothing is noted. */
    public static ReplayResult run(Subject subject, Manner manner, Watch watch) throws IOException {
        return run(subject, Notebook.unwritten(), manner, watch);
    }

    private static ReplayResult run(Subject subject, Notebook notebook, Manner manner, Watch watch) throws IOException {
        Stand stand = new Stand(subject.recipe(), 1, watch.nanos());
        Lab.Limits limits = new Lab.Limits(manner.seconds(), manner.bytes(), manner.threads());
        if (stand.bytes() > manner.bytes()) {
            throw new CheckpointException("one trial takes about " + (stand.bytes() >> 20) + " MiB, and "
                    + (manner.bytes() >> 20) + " are allowed; allow more with --memory");
        }
        try (Lab lab = new Lab(stand, limits, notebook, watch.stop(), watch.telling()::at, watch.nanos())) {
            return new Experiment(
                            subject,
                            lab,
                            new Experiment.Depth(
                                    manner.repeats(),
                                    manner.extras() ? LEVELS : BRIEF_LEVELS,
                                    manner.extras(),
                                    manner.ranking(),
                                    manner.forward(),
                                    manner.text()))
                    .run();
        }
    }

    private static Subject subject(Asked asked, Recipe recipe, CheckpointRing ring, RunCard card) {
        SpikeLog log = asked.log();
        List<Frame> recorded = recorded(log.telemetry());
        Optional<Long> step = asked.step();
        return new Subject(
                log.incident().run().value(),
                step.isPresent()
                        ? Optional.<Kind>empty()
                        : Optional.of(log.incident().kind()),
                step.orElse(log.incident().firstStep()),
                step.orElse(first(log.incident())),
                step.orElse(log.incident().lastStep()),
                step.orElse(log.incident().peakStep()),
                recorded,
                recipe,
                ring,
                asked.checkpoint(),
                card.resumedAfter(),
                log.telemetry().stream()
                        .filter(Replaying::changes)
                        .map(Telemetry::step)
                        .toList());
    }

    /** Where an incident begins, for a replay: a first sign long before the worst step is another matter. */
    private static long first(Incident incident) {
        return incident.peakStep() - incident.firstStep() > FAR ? incident.peakStep() - LEAD : incident.firstStep();
    }

    /** Whether an operator changed the run here, which no program does again. */
    private static boolean changes(Telemetry item) {
        return item instanceof RunEvent event
                && event.kind() == RunEvent.Kind.COMMAND
                && "applied".equals(event.details().get("outcome"))
                && CHANGES.stream()
                        .anyMatch(name ->
                                event.details().getOrDefault("command", "").startsWith(name));
    }

    /** The frames of each step and rank that were trained last: a run that goes back trains some steps twice. */
    private static List<Frame> recorded(List<Telemetry> telemetry) {
        Map<String, Frame> last = new HashMap<>();
        for (Telemetry item : telemetry) {
            if (item instanceof Frame frame) {
                last.merge(
                        frame.step() + ":" + frame.origin().rank(),
                        frame,
                        (a, b) -> b.origin().incarnation() >= a.origin().incarnation() ? b : a);
            }
        }
        return last.values().stream()
                .sorted(Comparator.comparingLong(Frame::step)
                        .thenComparingInt(frame -> frame.origin().rank()))
                .toList();
    }

    private static Corpus corpus(RunCard card) throws IOException {
        RunCard.Data data = card.data();
        if (data.corpus().isEmpty()) {
            return CorpusFiles.bundled();
        }
        if (!Files.exists(Path.of(data.corpus()))) {
            throw new CheckpointException("the corpus of the run is gone: " + data.corpus() + "; put it back there");
        }
        Tokenizer tokenizer = data.vocabulary().isEmpty()
                ? Tokenizer.BYTES
                : BpeTokenizer.read(Path.of(data.vocabulary()), Path.of(data.merges()));
        return CorpusFiles.read(Path.of(data.corpus()), tokenizer);
    }

    private static String identity(Asked asked, RunCard card, Manner manner) {
        CRC32C log = new CRC32C();
        asked.log()
                .telemetry()
                .forEach(item ->
                        log.update(Long.toString(item.seq() * 31 + item.step()).getBytes(StandardCharsets.US_ASCII)));
        return "replay 2 " + card.build() + " "
                + TrainerBuild.fingerprint() + " "
                + asked.log().incident().run().value() + " "
                + asked.log().incident().firstStep() + " " + asked.step() + " " + asked.checkpoint() + " "
                + Long.toHexString(log.getValue()) + " " + card.fault() + " " + manner.forward();
    }
}
