package observatory.cli.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import observatory.analysis.variants.Study.Place;
import observatory.cli.Failure;
import observatory.cli.train.RunOptions;
import org.junit.jupiter.api.Test;

class VariantsPlanTest {
    private static final RunOptions TINY = RunOptions.none()
            .with("layers", "1")
            .with("heads", "2")
            .with("width", "8")
            .with("context", "8")
            .with("steps", "4")
            .with("backend", "cpu");
    private static final double[] RATES = {0.1, 0.01};

    private static VariantsPlan plan(String... variants) {
        return new VariantsPlan(TINY, List.of(variants), RATES, 2);
    }

    private static void refused(List<String> says, String... variants) {
        String said = assertThrows(Failure.class, () -> plan(variants)).getMessage();
        says.forEach(part -> assertTrue(said.contains(part), said));
    }

    @Test
    void eachValueIsAVariantAndEachVariantMeetsEveryRateAndSeed() {
        VariantsPlan plan = plan("position=rotary,alibi", "norm=rmsnorm+qk-norm=true,false");
        assertEquals(
                List.of(
                        "baseline",
                        "position=rotary",
                        "position=alibi",
                        "norm=rmsnorm+qk-norm=true",
                        "norm=rmsnorm+qk-norm=false"),
                plan.variants());
        assertArrayEquals(new double[] {0.01, 0.1}, plan.rates(), "ascending");
        List<VariantRuns.Job> jobs = plan.jobs();
        assertEquals(
                5 * 2 * 2, jobs.stream().map(VariantRuns.Job::place).distinct().count());
        assertTrue(jobs.subList(0, 10).stream().allMatch(job -> job.place().seed() == 1), "seed by seed");
        VariantRuns.Job job = jobs.stream()
                .filter(one -> one.place().equals(new Place("norm=rmsnorm+qk-norm=true", 0.1, 2)))
                .findFirst()
                .orElseThrow();
        assertEquals(
                List.of("rmsnorm", "true", "0.1", "2", "8"),
                Stream.of("norm", "qk-norm", "learning-rate", "seed", "width")
                        .map(name -> job.options().values().get(name).getFirst())
                        .toList());
    }

    @Test
    void whatIsTheSameAsTheBaselineIsTrainedOnce() {
        VariantsPlan plan = plan("position=learned,rotary", "precision=fp32", "position=rotary");
        assertEquals(List.of("baseline", "position=rotary"), plan.variants());
        assertTrue(plan.notices().contains("position=learned is the same as baseline, and left out"));
        assertTrue(plan.notices().contains("position=rotary is the same as position=rotary, and left out"));
    }

    @Test
    void whatCannotBeTrainedIsRefusedByName() {
        refused(List.of("cannot train heads=3: heads must divide width: width=8"), "position=rotary", "heads=2,3");
        refused(List.of("cannot train position=rotry", "'rotry'", "rotary"), "position=rotry");
        refused(List.of("positon", "did you mean position?"), "positon=rotary");
        refused(List.of("every run has its own learning-rate"), "learning-rate=0.1");
        refused(List.of("every run has its own seed"), "seed=1,2");
        refused(List.of("write position=rotary,alibi"), "rotary");
        refused(List.of("write position=rotary,alibi"), "position=");
        refused(List.of("cannot train loss-scale=8: only fp16 scales the loss"), "loss-scale=8");
        assertThrows(Failure.class, () -> new VariantsPlan(TINY.with("heads", "3"), List.of(), RATES, 2));
        assertThrows(Failure.class, () -> new VariantsPlan(TINY, List.of(), RATES, 0));
        assertThrows(Failure.class, () -> new VariantsPlan(TINY, List.of(), new double[] {0.1}, 2));
        assertThrows(Failure.class, () -> new VariantsPlan(TINY, List.of(), new double[] {0.1, 0.1}, 2));
        assertThrows(Failure.class, () -> new VariantsPlan(TINY, List.of(), new double[] {0, 0.1}, 2));
    }

    @Test
    void asManyRunAtATimeAsThereAreThreadsAndMemoryHolds() {
        VariantsPlan plan = plan("width=16");
        assertEquals(4, plan.atOnce(4, 1e12));
        assertEquals(1, plan.atOnce(4, 1), "one at least: train has refused what no machine holds");
        assertEquals(2, plan.atOnce(4, 2.5 * largest(plan)));
    }

    /** Bytes of the largest run: the most memory that holds one and not two. */
    private static double largest(VariantsPlan plan) {
        double bytes = 1;
        while (plan.atOnce(2, 2 * bytes) < 2) {
            bytes *= 1.01;
        }
        return bytes;
    }
}
