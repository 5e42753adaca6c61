package observatory.cli.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.LongStream;
import observatory.analysis.variants.Study.Place;
import observatory.cli.Failure;
import observatory.cli.train.PlainRun;
import observatory.cli.train.RunOptions;

/**
 * All that a study is going to train. Every variant is planned here at its lowest and highest rate, so that what cannot
 * be trained is refused by name before anything is.
 */
final class VariantsPlan {
    private final SequencedMap<String, RunOptions> variants = new LinkedHashMap<>();
    private final Map<String, PlainRun> plans = new LinkedHashMap<>();
    private final List<String> left = new ArrayList<>();
    private final double[] rates;
    private final int seeds;

    /**
     * @param baseline its options, but rate and seed
     * @param arguments each one or several variants, as {@link Variant} reads them
     */
    VariantsPlan(RunOptions baseline, List<String> arguments, double[] rates, int seeds) {
        this.rates = Arrays.stream(rates).sorted().distinct().toArray();
        this.seeds = seeds;
        if (seeds < 1) {
            throw Failure.usage(
                    "a study takes one seed at least, and several to compare: --seeds " + seeds + "; try --seeds 5");
        }
        if (this.rates.length < 2 || this.rates.length < rates.length) {
            throw Failure.usage("a study takes two or more rates, each once: --rates "
                    + Arrays.toString(rates).replaceAll("[\\[\\] ]", "") + "; try --rates 0.003,0.01,0.03,0.1");
        }
        add(new Variant("baseline", baseline));
        for (String argument : arguments) {
            for (Variant variant : Variant.parse(argument)) {
                add(new Variant(variant.name(), baseline.with(variant.options())));
            }
        }
    }

    private void add(Variant variant) {
        PlainRun plan;
        try {
            plan = at(variant.options(), rates[0], 1).plan();
            at(variant.options(), rates[rates.length - 1], 1).plan();
        } catch (IllegalArgumentException | Failure e) {
            throw Failure.usage(
                    "cannot train " + (variants.isEmpty() ? "the baseline" : variant.name()) + ": " + e.getMessage());
        }
        Optional<String> same = plans.entrySet().stream()
                .filter(other -> other.getValue().same(plan))
                .map(Map.Entry::getKey)
                .findFirst();
        if (same.isPresent()) {
            left.add(variant.name() + " is the same as " + same.get() + ", and left out");
            return;
        }
        variants.put(variant.name(), variant.options());
        plans.put(variant.name(), plan);
    }

    /** By name, the baseline first. */
    List<String> variants() {
        return List.copyOf(variants.keySet());
    }

    PlainRun baseline() {
        return plans.get(variants.firstEntry().getKey());
    }

    /** Ascending. */
    double[] rates() {
        return rates.clone();
    }

    long[] seeds() {
        return LongStream.rangeClosed(1, seeds).toArray();
    }

    /** What a person should know before it begins, a line each. */
    List<String> notices() {
        List<String> all = new ArrayList<>(left);
        plans.values().stream()
                .map(PlainRun::notice)
                .filter(notice -> !notice.isEmpty())
                .distinct()
                .forEach(all::add);
        return all;
    }

    /**
     * How many runs may go on together: one on a GPU, else as many as there are threads and memory holds.
     *
     * @param memory of this machine, in bytes
     */
    int atOnce(int threads, double memory) {
        double most = plans.values().stream().mapToDouble(PlainRun::bytes).max().orElseThrow();
        boolean onDevice = plans.values().stream().anyMatch(PlainRun::onDevice);
        return onDevice ? 1 : Math.clamp((long) (memory / most), 1, threads);
    }

    /** Seed by seed, so that whoever stops has whole seeds. */
    List<VariantRuns.Job> jobs() {
        List<VariantRuns.Job> jobs = new ArrayList<>();
        for (long seed : seeds()) {
            for (double rate : rates) {
                variants.forEach((name, options) -> jobs.add(new VariantRuns.Job(
                        new Place(name, rate, seed),
                        at(options, rate, seed),
                        plans.get(name).onDevice())));
            }
        }
        return jobs;
    }

    private static RunOptions at(RunOptions options, double rate, long seed) {
        return options.with("learning-rate", Double.toString(rate)).with("seed", Long.toString(seed));
    }
}
