package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.analysis.Finding;
import observatory.analysis.Recorded;
import observatory.analysis.Severity;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import observatory.stream.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every detector must be, found by looking for them rather than by a list. */
class DetectorsContractTest {
    private static final int STEPS = 2000;
    private static final long[] SEEDS = {1, 2, 3, 4, 5};

    static List<Detector<?>> all() {
        return Detectors.all();
    }

    @Test
    void everyDetectorOfThePackageIsInTheCatalogue() throws Exception {
        URI classes = Detectors.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI();
        try (Stream<Path> files = Files.list(Path.of(classes).resolve("observatory/analysis/detector"))) {
            Set<String> found = files.map(file -> file.getFileName().toString().replace(".class", ""))
                    .filter(DetectorsContractTest::isDetector)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertFalse(found.isEmpty());
            assertEquals(found, all().stream().map(Detectors::name).collect(Collectors.toCollection(TreeSet::new)));
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void isSilentOnHealthyRuns(Detector<?> detector) {
        for (long seed : SEEDS) {
            for (boolean small : new boolean[] {true, false}) {
                List<Finding> gaussian = findings(detector, Recorded.healthy(seed, STEPS, small, false));
                assertEquals(List.of(), gaussian, "seed " + seed + ", small " + small);
                List<Finding> heavy = findings(detector, Recorded.healthy(seed, STEPS, small, true)).stream()
                        .filter(finding -> finding.severity().compareTo(Severity.INFO) > 0)
                        .toList();
                assertEquals(List.of(), heavy, "heavy tails, seed " + seed + ", small " + small);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void survivesWhatRealStreamsContain(Detector<?> detector) {
        List<Frame> frames = new ArrayList<>(Recorded.healthy(1, 300, true, false));
        for (double value : new double[] {
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            0,
            -0.0,
            -1,
            Double.MAX_VALUE,
            Double.MIN_VALUE
        }) {
            frames.add(Recorded.frame(frames.size() + 1, value, value));
        }
        frames.add(Recorded.frame(frames.size() + 1, Scalars.none(), Sites.none()));
        for (int i = 0; i < 300; i++) {
            frames.add(Recorded.frame(frames.size() + 1, 2.5, 0.4));
        }
        frames.add(Recorded.frame(1, 2.5, 0.4));
        findings(detector, frames);
    }

    /** One value that is not finite must not blind a detector to what comes after it. */
    @ParameterizedTest
    @MethodSource("all")
    void isNotBlindedByOneNaN(Detector<?> detector) {
        List<Frame> clean = Recorded.healthy(2, 400, true, false);
        List<Frame> poisoned = new ArrayList<>(clean);
        poisoned.set(199, Recorded.frame(200, Double.NaN, Double.NaN));
        for (List<Frame> run : List.of(clean, poisoned)) {
            List<Frame> broken = new ArrayList<>(run);
            broken.set(299, Recorded.frame(300, 9, 50));
            assertEquals(
                    stepsFound(detector, clean, 300),
                    stepsFound(detector, run, 300),
                    "the healthy part after the NaN is judged as before");
            assertEquals(
                    expectsSpike(detector), stepsFound(detector, broken, 300).contains(300L));
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void aWorseFaultNeverGetsAMilderFinding(Detector<?> detector) {
        Severity mildest = null;
        double smallest = Double.NEGATIVE_INFINITY;
        for (double size = 0; size < 60; size += 0.5) {
            List<Frame> frames = new ArrayList<>(Recorded.healthy(4, 300, true, false));
            frames.set(279, Recorded.frame(280, 2.4 + size, 0.3 * Math.exp(size)));
            List<Finding> found = findings(detector, frames).stream()
                    .filter(finding -> finding.step() == 280)
                    .toList();
            if (found.isEmpty()) {
                assertEquals(null, mildest, "a smaller fault was found, this one is not: " + size);
                continue;
            }
            Finding finding = found.getFirst();
            assertTrue(mildest == null || finding.severity().compareTo(mildest) >= 0, "severity at " + size);
            assertTrue(finding.magnitude() >= smallest, "magnitude at " + size);
            mildest = finding.severity();
            smallest = finding.magnitude();
        }
        assertEquals(expectsSpike(detector), mildest != null);
    }

    @ParameterizedTest
    @MethodSource("all")
    void itsStateSurvivesJsonAtAnyStep(Detector<?> detector) throws Exception {
        List<Frame> frames = Recorded.eventful().stream()
                .filter(Frame.class::isInstance)
                .map(Frame.class::cast)
                .toList();
        assertEquals(findings(detector, frames), findingsWithStateThroughJson(detector, frames));
    }

    @ParameterizedTest
    @MethodSource("all")
    void saysWhatItNeedsAndSpeaksInSentences(Detector<?> detector) {
        assertFalse(detector.needs().scalars().isEmpty()
                && detector.needs().metrics().isEmpty());
        List<Frame> frames = Recorded.eventful().stream()
                .filter(Frame.class::isInstance)
                .map(Frame.class::cast)
                .toList();
        List<Finding> found = findings(detector, frames);
        assertFalse(found.isEmpty(), "the eventful run has something for everyone");
        for (Finding finding : found) {
            assertEquals(Detectors.name(detector), finding.detector());
            for (String sentence : List.of(finding.summary(), finding.explanation(), finding.remedy())) {
                assertTrue(sentence.endsWith("."), sentence);
            }
            assertTrue(finding.summary().contains("step " + finding.step()), finding.summary());
            assertFalse(finding.evidence().facts().isEmpty());
        }
    }

    private static boolean expectsSpike(Detector<?> detector) {
        return detector instanceof LossSpike || detector instanceof GradientSpike;
    }

    private static List<Long> stepsFound(Detector<?> detector, List<Frame> frames, long from) {
        return findings(detector, frames).stream()
                .map(Finding::step)
                .filter(step -> step >= from)
                .toList();
    }

    private static <S extends Record> List<Finding> findings(Detector<S> detector, List<Frame> frames) {
        List<Finding> findings = new ArrayList<>();
        S state = detector.start();
        for (Frame frame : frames) {
            Judgement<S> judgement = detector.judge(state, frame);
            state = judgement.state();
            findings.addAll(judgement.findings());
        }
        return findings;
    }

    @SuppressWarnings("unchecked")
    private static <S extends Record> List<Finding> findingsWithStateThroughJson(
            Detector<S> detector, List<Frame> frames) throws Exception {
        List<Finding> findings = new ArrayList<>();
        S state = detector.start();
        for (Frame frame : frames) {
            Judgement<S> judgement = detector.judge(state, frame);
            byte[] stored = Json.mapper().writeValueAsBytes(judgement.state());
            state = (S) Json.mapper().readValue(stored, judgement.state().getClass());
            assertEquals(judgement.state(), state);
            findings.addAll(judgement.findings());
        }
        return findings;
    }

    private static boolean isDetector(String name) {
        try {
            Class<?> type = Class.forName("observatory.analysis.detector." + name);
            return Detector.class.isAssignableFrom(type) && !type.isInterface();
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }
}
