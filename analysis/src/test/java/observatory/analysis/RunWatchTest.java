package observatory.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import observatory.analysis.detector.Settings;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import observatory.probe.Telemetry;
import org.junit.jupiter.api.Test;

class RunWatchTest {

    @Test
    void tellsTheStoryOfAnEventfulRun() {
        List<Incident> incidents = watch(Recorded.eventful()).incidents();
        assertEquals(
                List.of(Kind.LOSS_SPIKE, Kind.OVERFLOW, Kind.NON_FINITE),
                incidents.stream().map(Incident::kind).toList());
        Incident spike = incidents.get(0);
        assertEquals(200, spike.firstStep());
        assertEquals(202, spike.lastStep());
        assertEquals(Severity.CRITICAL, spike.severity());
        assertTrue(incidents.stream().allMatch(Incident::resolved));
        Incident overflow = incidents.get(1);
        assertEquals(350, overflow.firstStep());
        assertEquals("layer 1 mlp_hidden", overflow.evidence().facts().get("firstSite"));
        assertEquals(Verdict.NUMERICAL, overflow.verdict());
        assertEquals(450, incidents.get(2).firstStep());
    }

    /** BLOOM-176B's first loss spike, with quiet norms of the same run before it. */
    @Test
    void findsTheSpikeOfBloomInTheGradientBeforeTheLoss() {
        double[] quiet = {.174, .150, .140, .144, .135, .127, .139, .242, .267, .205};
        double[] losses = {2.198845, 2.220424, 2.595213, 2.241558, 2.345279, 5.098124, 3.492029, 3.213059, 2.804948};
        double[] norms = {.242, .947, 2.390, 15.886, 145.119, 960.351, 353.201, 379.330, 650.246};
        List<Telemetry> items = new ArrayList<>();
        int step = 31214 - 40;
        for (int i = 0; i < 40; i++, step++) {
            items.add(Recorded.frame(step, 2.21 + 0.01 * Math.sin(3 * i), quiet[i % quiet.length]));
        }
        for (int i = 0; i < losses.length; i++, step++) {
            items.add(Recorded.frame(step, losses[i], norms[i]));
        }
        for (int i = 0; i < 28; i++, step++) {
            items.add(Recorded.frame(step, 2.6 * Math.exp(-i / 6.0) * 0.2 + 2.21, quiet[i % quiet.length]));
        }
        RunWatch watch = watch(items);
        watch.finish();
        assertEquals(1, watch.incidents().size(), watch.incidents().toString());
        Incident incident = watch.incidents().getFirst();
        assertEquals(Kind.LOSS_SPIKE, incident.kind());
        assertTrue(incident.firstStep() <= 31216, "first seen at " + incident.firstStep());
        assertEquals(31219, incident.peakStep());
        assertEquals("GradientSpike", incident.evidence().facts().get("ledBy"), incident.toString());
        assertTrue(incident.resolved());
    }

    @Test
    void aScalerAtWorkIsNoIncident() {
        List<Telemetry> items = new ArrayList<>(Recorded.healthy(1, 300, true, false));
        items.set(
                99,
                Recorded.frame(
                        100,
                        new Scalars.Builder()
                                .put("loss", 3.0)
                                .put("gradient_norm", Double.POSITIVE_INFINITY)
                                .put("loss_scale", 65536)
                                .put("skipped", 1)
                                .build(),
                        Recorded.sites(new double[4], new double[4])));
        assertEquals(List.of(), watch(items).incidents());
    }

    @Test
    void judgesTheSameWhereverItIsStoppedAndResumed() {
        List<Telemetry> items = Recorded.eventful();
        List<Incident> expected = watch(items).incidents();
        for (int stop : new int[] {0, 1, 150, 201, 205, 351, 600}) {
            RunWatch first = watch(items.subList(0, stop));
            RunWatch second = RunWatch.resume(Recorded.RUN, Settings.DEFAULTS, first.store());
            items.subList(stop, items.size()).forEach(second::accept);
            assertEquals(expected, second.incidents(), "stopped before item " + stop);
        }
    }

    @Test
    void aProcessThatShouldBeGoneIsToldOfAndNotJudged() {
        RunWatch watch = RunWatch.of(Recorded.RUN);
        Origin stale = new Origin(Recorded.RUN, 0, new UUID(4, 4), 0);
        for (Frame frame : Recorded.healthy(1, 400, true, false)) {
            if (frame.step() < 3) {
                watch.accept(new Frame(
                        stale, frame.seq(), frame.step(), frame.time(), frame.scalars(), frame.sites(), frame.batch()));
                continue; // From here on the newer one writes, and later the older one again.
            }
            watch.accept(frame);
            if (frame.step() > 100) {
                Scalars broken =
                        new Scalars.Builder().put(Scalars.LOSS, Double.NaN).build();
                watch.accept(new Frame(
                        stale, frame.seq(), frame.step() - 50, frame.time(), broken, Sites.none(), Optional.empty()));
            }
        }
        assertEquals(
                List.of(Kind.DUPLICATE_WRITER),
                watch.incidents().stream().map(Incident::kind).distinct().toList());
        assertEquals(51, watch.incidents().getFirst().firstStep());
    }

    /** Slow steps have other causes than a spike of the loss, and lost records have nothing to do with either. */
    @Test
    void whatSpeaksAgainstAVerdictIsAboutWhatHappened() {
        Map<String, Object> slow = reasons("StepTime", Kind.THROUGHPUT);
        assertTrue(slow.get("against").toString().contains("makes steps slow on sound machines"), slow::toString);
        Map<String, Object> lost = reasons("TelemetryLost", Kind.TELEMETRY_LOST);
        assertFalse(lost.containsKey("for") || lost.containsKey("against"), lost::toString);
    }

    /** A run that has become slower and then breaks has not been broken by it. */
    @Test
    void slowStepsAreNoCauseOfASpike() {
        List<Telemetry> items = new ArrayList<>();
        Random random = new Random(3);
        for (int step = 1; step <= 600; step++) {
            boolean spike = step >= 500 && step < 520;
            items.add(Recorded.frame(
                    step,
                    new Scalars.Builder()
                            .put(Scalars.LOSS, (spike ? 5 : 2) + 0.02 * random.nextGaussian())
                            .put(Scalars.STEP_SECONDS, (step >= 400 ? 1.2 : 1) + 0.001 * random.nextGaussian())
                            .build(),
                    Sites.none()));
        }
        List<Incident> incidents = watch(items).incidents();
        Incident slow = incidents.stream()
                .filter(incident -> incident.kind() == Kind.THROUGHPUT && incident.severity() == Severity.WARNING)
                .findFirst()
                .orElseThrow(() -> new AssertionError(incidents));
        Incident spike = incidents.stream()
                .filter(incident -> incident.kind() == Kind.LOSS_SPIKE)
                .findFirst()
                .orElseThrow(() -> new AssertionError(incidents));
        assertTrue(slow.firstStep() < spike.firstStep(), slow::toString);
        assertEquals(Verdict.UNDETERMINED, spike.verdict());
        assertEquals("LossSpike 500", spike.evidence().facts().get("signals"));
    }

    private static Map<String, Object> reasons(String detector, Kind kind) {
        return watch(Provocations.all().get(detector).apply(2.0)).incidents().stream()
                .filter(incident -> incident.kind() == kind)
                .findFirst()
                .orElseThrow()
                .evidence()
                .facts();
    }

    @Test
    void passesOverWhatComesTwice() {
        List<Telemetry> items = Recorded.eventful();
        List<Telemetry> doubled = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            doubled.add(items.get(i));
            doubled.add(items.get(Math.max(0, i - 7)));
        }
        assertEquals(watch(items).incidents(), watch(doubled).incidents());
    }

    @Test
    void aStepThatGoesBackBeginsTheBaselineAnew() {
        List<Telemetry> items = new ArrayList<>(Recorded.healthy(1, 300, true, false));
        Origin restarted = new Origin(Recorded.RUN, 1, new UUID(0, 2), 0);
        // It says what it is before it has a first frame, and does not become one that should be gone by that.
        items.add(RunEvent.of(restarted, 0, 0, Instant.EPOCH, RunEvent.Kind.START, Map.of("model", "the same")));
        for (Frame frame : Recorded.healthy(2, 100, true, false)) {
            // Back to the high losses of a beginning: a spike, were the baseline the old one.
            items.add(new Frame(
                    restarted,
                    frame.seq() + 1,
                    frame.step(),
                    Instant.EPOCH,
                    frame.scalars(),
                    frame.sites(),
                    Optional.empty()));
        }
        List<Incident> incidents = watch(items).incidents();
        assertEquals(
                List.of(Kind.RESTART), incidents.stream().map(Incident::kind).toList());
        assertEquals(Severity.INFO, incidents.getFirst().severity());
        assertEquals(300L, incidents.getFirst().evidence().facts().get("stepsDoneTwice"));
    }

    /** As a log that grows is tailed once a minute: what goes on meanwhile is not told anew each time. */
    @Test
    void anIncidentThatLastsIsOneHoweverOftenTheRunIsLetGoOf() {
        List<Telemetry> items = new ArrayList<>(Recorded.healthy(1, 200, true, false));
        for (int step = 201; step <= 240; step++) {
            items.add(Recorded.frame(step, Double.NaN, 1));
            if (step % 10 == 0) {
                items.add(letGo(step));
            }
        }
        List<Incident> incidents = watch(items).incidents();
        assertEquals(1, incidents.size(), incidents::toString);
        assertEquals(240, incidents.getFirst().lastStep());
        assertFalse(incidents.getFirst().resolved());
        for (int step = 241; step <= 243; step++) {
            items.add(Recorded.frame(step, 2, 1));
        }
        items.add(letGo(243));
        assertTrue(watch(items).incidents().getFirst().resolved(), "it has been quiet");
    }

    @Test
    void whoOnlyEndsARunLeavesNothingBehind() {
        RunWatch watch = watch(List.copyOf(Recorded.healthy(1, 50, true, false)));
        int before = head(watch);
        for (int end = 0; end < 1000; end++) {
            watch.accept(letGo(end));
        }
        assertEquals(before, head(watch));
    }

    /** Bytes of what is stored with every snapshot. */
    private static int head(RunWatch watch) {
        return watch.store().entrySet().stream()
                .filter(chunk -> chunk.getKey().startsWith("head"))
                .mapToInt(chunk -> chunk.getValue().length)
                .sum();
    }

    private static RunEvent letGo(int step) {
        Origin own = new Origin(Recorded.RUN, 0, new UUID(7, step), 0);
        return RunEvent.of(
                own, 0, step, Instant.EPOCH, RunEvent.Kind.END, Map.of("reason", "detached: log read to its end"));
    }

    @Test
    void aRateThatARestartRaisedIsBlamedAndNotOnlyTheRestoredState() {
        List<Telemetry> items = new ArrayList<>();
        Origin first = new Origin(Recorded.RUN, 0, new UUID(0, 1), 0);
        Origin again = new Origin(Recorded.RUN, 1, new UUID(0, 2), 0);
        items.add(RunEvent.of(first, 0, 0, Instant.EPOCH, RunEvent.Kind.START, Map.of("learning_rate", "3.0E-4")));
        for (Frame frame : Recorded.healthy(1, 300, true, false)) {
            boolean after = frame.step() > 200;
            if (frame.step() == 201) {
                items.add(RunEvent.of(
                        again, 0, 200, Instant.EPOCH, RunEvent.Kind.START, Map.of("learning_rate", "6.0E-3")));
            }
            double loss = frame.scalars().find(Scalars.LOSS).orElseThrow();
            items.add(new Frame(
                    after ? again : first,
                    frame.seq() + 1,
                    frame.step(),
                    Instant.EPOCH,
                    new Scalars(
                            List.of(Scalars.LEARNING_RATE, Scalars.LOSS),
                            new double[] {after ? 6e-3 : 3e-4, loss + (after ? 1.5 : 0)}),
                    frame.sites(),
                    Optional.empty()));
        }
        List<Incident> incidents = watch(items).incidents();
        Incident rate = incidents.stream()
                .filter(one -> one.detector().equals("RateJump"))
                .findFirst()
                .orElseThrow();
        assertEquals(Verdict.OPTIMISER, rate.verdict());
        assertEquals(201, rate.firstStep());
        Incident restart = incidents.stream()
                .filter(one -> one.kind() == Kind.RESTART)
                .findFirst()
                .orElseThrow();
        assertTrue(restart.explanation().contains("learning_rate: 3.0E-4 -> 6.0E-3"), restart.explanation());
    }

    @Test
    void saysWhatItCouldNotJudgeAndWhatWouldLetIt() {
        RunWatch watch = watch(List.copyOf(Recorded.healthy(1, 50, true, false)));
        assertTrue(watch.notApplicable()
                .containsAll(List.of(
                        new RunWatch.NotApplicable("Overflow", "no frame has the scalar forward_limit"),
                        new RunWatch.NotApplicable("BadBatch", "no frame names the sequences of its batch"),
                        new RunWatch.NotApplicable(
                                "DeadUnits", "no frame has the metric dead_fraction; turn on its probe"))));
        assertTrue(
                watch.notApplicable().stream().noneMatch(one -> one.detector().equals("LossSpike")));
        assertFalse(watch(List.of()).notApplicable().isEmpty());
    }

    private static RunWatch watch(List<? extends Telemetry> items) {
        RunWatch watch = RunWatch.of(Recorded.RUN);
        items.forEach(watch::accept);
        return watch;
    }
}
