package observatory.cli.replay;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import observatory.analysis.Incident;
import observatory.analysis.replay.ReplayResult.Culprit;
import observatory.analysis.replay.Symptom;
import observatory.analysis.replay.Weighing;
import observatory.probe.Batch;
import observatory.probe.Frame;
import observatory.trainer.TokenBatch;
import observatory.trainer.replay.Snapshot;
import observatory.trainer.replay.Swaps;
import observatory.trainer.replay.Trial;

/**
 * Ranks the sequences of the batch at the worst step: each is left out of the step in turn, in a large batch the ones
 * whose own loss is farthest from the others, and the rest of it in halves. A sequence is named where its own loss
 * departs by {@value #NAMED} deviations from those of its source ({@link SequenceLevel}), where its share of the
 * gradient does among its neighbours, where the step becomes finite without it, or where repetition is the matter and
 * it was trained on before.
 */
final class Ranking {
    private static final double NAMED = 6;
    /** Sequences that are left out one by one. */
    private static final int ONE_BY_ONE = 32;
    /** A sequence that weighs less than this in the gradient is not named for it. */
    private static final double WEIGHS = 0.05;

    private static final int TEXT = 160;

    private final Subject subject;
    private final Lab lab;
    private final Draft draft;
    private final Ground ground;
    private final Symptom symptom;
    private final boolean text;

    Ranking(Subject subject, Lab lab, Draft draft, Ground ground, Symptom symptom, boolean text) {
        this.subject = subject;
        this.lab = lab;
        this.draft = draft;
        this.ground = ground;
        this.symptom = symptom;
        this.text = text;
    }

    /** One sequence and what is known of it. */
    private record Row(int rank, int number, Batch.Sequence sequence, double departure, boolean again) {}

    void rank() {
        long step = subject.kind().isEmpty() ? subject.first() : worst();
        List<Row> rows = rows(step);
        if (rows.size() < 2) {
            draft.notRun("each sequence left out", "the step has one sequence, and a step cannot have none");
            return;
        }
        rows.sort(Comparator.comparingDouble((Row row) -> -row.departure()));
        List<Snapshot> before = step == ground.first()
                ? ground.before()
                : lab.run("the steps to the worst one", Trial.asRun(ground.before(), step - 1, List.of()))
                        .end();
        Trial whole = Trial.asRun(before, step, Questions.of(symptom));
        String at = "sequences of " + Incident.step(step);
        List<Lab.Job> jobs = new ArrayList<>();
        jobs.add(job("whole " + step, whole));
        List<Row> single = rows.subList(0, Math.min(ONE_BY_ONE, rows.size()));
        for (Row row : single) {
            jobs.add(job(
                    "without " + step + " " + row.rank() + " " + row.number(),
                    whole.batches(Swaps.without(step, row.rank(), row.number()))));
        }
        List<Row> rest = rows.subList(single.size(), rows.size());
        Map<String, Measured> found = lab.measure(at + " left out in turn", jobs);
        Measured all = found.get(jobs.getFirst().key());
        if (all == null || found.size() < jobs.size()) {
            draft.notRun("each sequence left out", "the time was up; give more with --budget");
        }
        if (all == null) {
            rows.forEach(row -> draft.samples.add(culprit(step, row, Double.NaN, 0, false)));
            return;
        }
        double[] gone = new double[single.size()];
        for (int i = 0; i < gone.length; i++) {
            Measured without = found.get(jobs.get(i + 1).key());
            gone[i] = without == null ? Double.NaN : 1 - last(without.gradients()) / last(all.gradients());
        }
        double middle = middle(gone);
        double scale = scale(gone, middle);
        for (int i = 0; i < gone.length; i++) {
            Measured without = found.get(jobs.get(i + 1).key());
            boolean cured = without != null
                    && !Double.isFinite(last(all.gradients()))
                    && Double.isFinite(last(without.gradients()));
            double weight = Double.isNaN(gone[i]) ? 0 : (gone[i] - middle) / scale;
            draft.samples.add(culprit(step, single.get(i), gone[i], weight, cured));
        }
        halves(step, whole, rest, all);
        rest.forEach(row -> draft.samples.add(culprit(step, row, Double.NaN, 0, false)));
        draft.samples.sort(Comparator.comparing((Culprit one) -> !one.named())
                .thenComparing(Comparator.comparingDouble((Culprit one) -> -one.departure())));
    }

    private long worst() {
        return symptom.counted(ground.during().frames()).stream()
                .max(Comparator.comparingDouble((Frame frame) -> symptom.of(frame))
                        .thenComparing(Comparator.comparingLong(Frame::step).reversed()))
                .orElseThrow()
                .step();
    }

    /** Those not left out one by one are left out together: where they matter, the half that matters is told. */
    private void halves(long step, Trial whole, List<Row> rest, Measured all) {
        if (rest.isEmpty() || lab.stand().ranks() > 1) {
            return;
        }
        int half = rest.size() / 2;
        List<Lab.Job> jobs = List.of(
                job("half 0 " + step, whole.batches(Swaps.without(step, 0, numbers(rest.subList(0, half))))),
                job("half 1 " + step, whole.batches(Swaps.without(step, 0, numbers(rest.subList(half, rest.size()))))));
        Map<String, Measured> found = lab.measure("the other sequences left out in halves", jobs);
        for (int i = 0; i < jobs.size(); i++) {
            Measured one = found.get(jobs.get(i).key());
            if (one != null) {
                draft.outcome(
                        "data",
                        Incident.step(step) + " without " + (i == 0 ? half : rest.size() - half)
                                + " sequences of small loss",
                        List.of(one),
                        new double[] {all.symptom()});
            }
        }
    }

    private static int[] numbers(List<Row> rows) {
        return rows.stream().mapToInt(Row::number).toArray();
    }

    private Lab.Job job(String key, Trial trial) {
        return new Lab.Job(
                "sample " + ground.first() + " " + key, trial.asking(Questions.of(symptom)), symptom, Optional.empty());
    }

    private List<Row> rows(long step) {
        List<Frame> before = ground.earlier(subject.recorded());
        // Just before the incident, however much earlier the varied steps begin: a young model's losses fall fast.
        long begins = symptom.counted(ground.during().frames()).getFirst().step();
        SequenceLevel.Levels levels = SequenceLevel.of(Stream.concat(before.stream(), ground.during().frames().stream())
                .filter(frame -> frame.step() < begins && frame.step() >= begins - Ground.LEAD)
                .flatMap(frame -> frame.batch().stream()));
        Set<String> seen = new HashSet<>();
        Stream.concat(before.stream(), ground.during().frames().stream())
                .filter(frame -> frame.step() < step)
                .flatMap(frame -> frame.batch().stream())
                .forEach(batch -> batch.sequences().forEach(one -> seen.add(one.source() + ':' + one.offset())));
        List<Row> rows = new ArrayList<>();
        for (Frame frame : ground.during().frames()) {
            if (frame.step() == step && frame.batch().isPresent()) {
                List<Batch.Sequence> own = frame.batch().get().sequences();
                double[] departures = levels.departures(frame.batch().get());
                for (int i = 0; i < own.size(); i++) {
                    Batch.Sequence one = own.get(i);
                    rows.add(new Row(
                            frame.origin().rank(),
                            i,
                            one,
                            departures[i],
                            seen.contains(one.source() + ':' + one.offset())));
                }
            }
        }
        return rows;
    }

    private Culprit culprit(long step, Row row, double gone, double weight, boolean cured) {
        boolean high = row.departure() >= NAMED;
        boolean heavy = weight >= NAMED && gone >= WEIGHS;
        List<String> why = new ArrayList<>();
        if (high) {
            why.add(String.format(
                    Locale.ROOT,
                    "its loss departs by %.1f deviations from those before",
                    Math.min(row.departure(), 1e6)));
        }
        if (heavy) {
            why.add(Weighing.percent(gone) + " of the gradient is gone without it");
        }
        if (cured) {
            why.add("without it the step is finite");
        }
        if (row.again() && symptom.repetition()) {
            why.add("trained on before");
        }
        return new Culprit(
                step,
                row.rank(),
                row.number(),
                row.sequence().source(),
                row.sequence().offset(),
                row.sequence().loss(),
                row.departure(),
                gone,
                !why.isEmpty(),
                String.join("; ", why),
                text ? text(step, row) : "");
    }

    /** The tokens as text, as they were trained on; vocabularies other than bytes have none here. */
    private String text(long step, Row row) {
        TokenBatch batch = ground.batches().get(row.rank()).get(step);
        int[] tokens = Arrays.copyOfRange(
                batch.inputs(), row.number() * batch.context(), (row.number() + 1) * batch.context());
        if (subject.recipe().model().vocabulary() > 256) {
            return Arrays.toString(Arrays.copyOf(tokens, Math.min(tokens.length, TEXT / 4)));
        }
        byte[] bytes = new byte[Math.min(TEXT, tokens.length)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) tokens[i];
        }
        StringBuilder shown = new StringBuilder();
        new String(bytes, StandardCharsets.UTF_8)
                .codePoints()
                .map(c -> c == '\n' ? '⏎' : Character.isISOControl(c) ? '·' : c)
                .forEach(shown::appendCodePoint);
        return shown.toString();
    }

    private static double last(double[] values) {
        return values[values.length - 1];
    }

    private static double middle(double[] values) {
        double[] sorted =
                Arrays.stream(values).filter(Double::isFinite).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
    }

    private static double scale(double[] values, double middle) {
        double[] away = Arrays.stream(values)
                .filter(Double::isFinite)
                .map(value -> Math.abs(value - middle))
                .sorted()
                .toArray();
        return Math.max(1e-3, away.length == 0 ? 1 : 1.4826 * away[away.length / 2]);
    }
}
