package observatory.analysis.rules;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.UnaryOperator;
import observatory.analysis.Severity;
import observatory.analysis.detector.Window;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.Scalars;

/**
 * What could have been logged of the same run instead: a stand-in for runs that nobody has labelled. A labelled episode
 * counts where a point of it is left that stands out: above the median of the 25 points before it by six of their
 * scaled median deviations and by a twentieth.
 */
public enum Perturbation {
    EVERY_SECOND("every second point", 2, log -> every(2, log)),
    EVERY_FIFTH("every fifth point", 5, log -> every(5, log)),
    EVERY_TENTH("every tenth point", 10, log -> every(10, log)),
    MEANS_OF_TWO("means of two points", 2, log -> means(2, log)),
    MEANS_OF_TEN("means of ten points", 10, log -> means(10, log)),
    SMOOTHED("smoothed, each value half of the one before", 1, Perturbation::smoothed),
    NOISIER("with as much noise again", 1, Perturbation::noisier),
    WITHOUT_NORMS(
            "the loss alone",
            1,
            each(frame -> with(frame, new Scalars(List.of(Scalars.LOSS), new double[] {loss(frame)})))),
    WITH_A_CONSTANT("with an auxiliary loss of 1 added", 1, each(frame -> with(frame, loss(frame) + 1))),
    BITS_PER_BYTE(
            "in bits per byte, at four bytes a token", 1, each(frame -> with(frame, loss(frame) / (4 * Math.log(2))))),
    TWO_DECIMALS("printed with two decimals", 1, each(frame -> with(frame, Math.rint(100 * loss(frame)) / 100))),
    TRUNCATED("without the first third", 1, Perturbation::truncated),
    RESTARTED("stopped at half, with a hundredth of the steps done again", 1, Perturbation::restarted);

    private static final long SEED = 7;
    /** Points below which a part of a log is no log. */
    private static final int FEWEST = 40;

    private static final int BEFORE = 25;

    private final String words;
    private final int coarser;
    private final UnaryOperator<List<Frame>> written;

    Perturbation(String words, int coarser, UnaryOperator<List<Frame>> written) {
        this.words = words;
        this.coarser = coarser;
        this.written = written;
    }

    public String words() {
        return words;
    }

    /** The frames of the other log, of frames that have a loss; none where too few are left. */
    List<Frame> of(List<Frame> log) {
        return written.apply(log);
    }

    /** What the label of the log says of the other one. */
    Labels.Log label(Labels.Log log, List<Frame> left) {
        double interval = log.interval() * coarser;
        List<Labels.Span> kept = new ArrayList<>();
        List<Labels.Excuse> excused = new ArrayList<>(log.excused());
        for (Labels.Span episode : log.episodes()) {
            if (standsOut(left, episode)) {
                kept.add(episode);
            } else {
                excused.add(new Labels.Excuse(episode, List.of(Severity.WARNING, Severity.CRITICAL)));
            }
        }
        long points =
                left.stream().filter(frame -> Double.isFinite(loss(frame))).count();
        return new Labels.Log(log.file(), log.healthy(), interval, points, kept, excused, List.of());
    }

    private static boolean standsOut(List<Frame> left, Labels.Span episode) {
        double[] inside = left.stream()
                .filter(frame -> frame.step() >= episode.first() && frame.step() <= episode.last())
                .mapToDouble(Perturbation::loss)
                .toArray();
        if (Arrays.stream(inside).anyMatch(loss -> !Double.isFinite(loss))) {
            return true;
        }
        double[] before = left.stream()
                .filter(frame -> frame.step() < episode.first() && Double.isFinite(loss(frame)))
                .mapToDouble(Perturbation::loss)
                .toArray();
        if (inside.length == 0 || before.length < BEFORE) {
            return false;
        }
        Window last = new Window(BEFORE, Arrays.copyOfRange(before, before.length - BEFORE, before.length));
        double level = last.recentMedian(BEFORE);
        double highest = Arrays.stream(inside).max().orElseThrow();
        return highest - level > Math.max(6 * last.spread(BEFORE), 0.05 * Math.abs(level));
    }

    private static List<Frame> every(int nth, List<Frame> log) {
        List<Frame> kept = new ArrayList<>();
        for (int i = nth - 1; i < log.size(); i += nth) {
            kept.add(log.get(i));
        }
        return kept.size() < FEWEST / 2 ? List.of() : kept;
    }

    private static List<Frame> means(int count, List<Frame> log) {
        List<Frame> means = new ArrayList<>();
        for (int last = count - 1; last < log.size(); last += count) {
            List<Frame> some = log.subList(last - count + 1, last + 1);
            if (some.getLast().step() > some.getFirst().step()) {
                double sum = some.stream().mapToDouble(Perturbation::loss).sum();
                means.add(with(some.getLast(), sum / count));
            }
        }
        return means.size() < FEWEST / 2 ? List.of() : means;
    }

    private static UnaryOperator<List<Frame>> each(UnaryOperator<Frame> change) {
        return log -> log.stream().map(change).toList();
    }

    private static List<Frame> smoothed(List<Frame> log) {
        List<Frame> smooth = new ArrayList<>();
        double before = Double.NaN;
        for (Frame frame : log) {
            double now = loss(frame);
            before = Double.isFinite(before) && Double.isFinite(now) ? (before + now) / 2 : now;
            smooth.add(with(frame, before));
        }
        return smooth;
    }

    private static List<Frame> noisier(List<Frame> log) {
        Random random = new Random(SEED);
        Window losses = Window.of(Math.max(1, log.size()));
        double[] finite = log.stream()
                .mapToDouble(Perturbation::loss)
                .filter(Double::isFinite)
                .toArray();
        double noise = new Window(losses.capacity(), finite).noise();
        return log.stream()
                .map(frame -> with(frame, loss(frame) + noise * random.nextGaussian()))
                .toList();
    }

    private static List<Frame> truncated(List<Frame> log) {
        return log.size() < FEWEST ? List.of() : log.subList(log.size() / 3, log.size());
    }

    private static List<Frame> restarted(List<Frame> log) {
        int half = log.size() / 2;
        List<Frame> frames = new ArrayList<>(log.subList(0, half));
        log.subList(half - log.size() / 100, log.size()).forEach(frame -> frames.add(ofTheNextProcess(frame)));
        return frames;
    }

    private static double loss(Frame frame) {
        return frame.scalars().find(Scalars.LOSS).orElseThrow();
    }

    private static Frame ofTheNextProcess(Frame frame) {
        Origin before = frame.origin();
        int incarnation = before.incarnation() + 1;
        Origin next = new Origin(before.run(), incarnation, new UUID(SEED, incarnation), before.rank());
        return new Frame(next, frame.seq(), frame.step(), frame.time(), frame.scalars(), frame.sites(), frame.batch());
    }

    private static Frame with(Frame frame, double loss) {
        Scalars scalars = new Scalars.Builder()
                .putAll(frame.scalars())
                .put(Scalars.LOSS, loss)
                .build();
        return with(frame, scalars);
    }

    private static Frame with(Frame frame, Scalars scalars) {
        return new Frame(
                frame.origin(), frame.seq(), frame.step(), frame.time(), scalars, frame.sites(), frame.batch());
    }
}
