package observatory.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.analysis.detector.Detector;
import observatory.analysis.detector.Detectors;
import observatory.analysis.detector.Judgement;
import observatory.analysis.detector.Needs;
import observatory.analysis.detector.Setting;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.RunEvent;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import observatory.probe.Telemetry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every detector must be, found by looking for them rather than by a list. */
class DetectorsContractTest {
    private static final int STEPS = 2000;
    private static final long[] SEEDS = {1, 2, 3};
    private static final double[] SIZES = {0, 0.5, 1, 1.5, 2, 4, 8};

    static List<Detector<?>> all() {
        return Detectors.all();
    }

    @Test
    void everyDetectorOfThePackageIsInTheCatalogueAndIsProvoked() throws Exception {
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
            assertEquals(found, Provocations.all().keySet());
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
        assertEquals(List.of(), findings(detector, provocation(detector, 0)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void aWorseFaultNeverGetsAMilderFinding(Detector<?> detector) {
        Severity mildest = null;
        double smallest = Double.NEGATIVE_INFINITY;
        for (double size : SIZES) {
            List<Finding> found = findings(detector, provocation(detector, size));
            if (found.isEmpty()) {
                assertEquals(null, mildest, "a smaller fault was found, this one is not: " + size);
                assertTrue(size < 1, "a fault of size " + size + " is not found");
                continue;
            }
            Severity worst = found.stream()
                    .map(Finding::severity)
                    .max(Severity::compareTo)
                    .orElseThrow();
            double largest =
                    found.stream().mapToDouble(Finding::magnitude).max().orElseThrow();
            assertTrue(mildest == null || worst.compareTo(mildest) >= 0, "severity at " + size);
            assertTrue(largest >= smallest, "magnitude at " + size + ": " + largest + " < " + smallest);
            assertTrue(found.getFirst().step() >= Provocations.AT - 1, "before the fault: " + found.getFirst());
            mildest = worst;
            smallest = largest;
        }
    }

    /** One value that is not finite must not blind a detector to what comes after it. */
    @ParameterizedTest
    @MethodSource("all")
    void isNotBlindedByOneNaN(Detector<?> detector) {
        for (double poison : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            List<Telemetry> poisoned = provocation(detector, 2).stream()
                    .map(item -> item instanceof Frame frame && frame.step() == 200 ? filled(frame, poison) : item)
                    .toList();
            assertTrue(
                    findings(detector, poisoned).stream().anyMatch(finding -> finding.step() >= Provocations.AT - 1),
                    "blind after " + poison);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void survivesWhatRealStreamsContain(Detector<?> detector) {
        List<Telemetry> odd = new ArrayList<>();
        double[] values = {Double.NaN, Double.POSITIVE_INFINITY, 0, -0.0, -1, Double.MAX_VALUE, Double.MIN_VALUE};
        List<Telemetry> provoked = provocation(detector, 2);
        for (int i = 0; i < provoked.size(); i++) {
            if (provoked.get(i) instanceof Frame frame) {
                boolean strange = i % 5 == 0;
                boolean empty = i % 7 == 0;
                boolean plateau = i > provoked.size() / 2;
                Frame given =
                        strange ? filled(frame, values[i / 5 % values.length]) : plateau ? filled(frame, 2.5) : frame;
                odd.add(empty ? Recorded.frame(frame.step(), Scalars.none(), Sites.none()) : given);
            } else {
                odd.add(provoked.get(i));
            }
        }
        for (RunEvent.Kind kind : RunEvent.Kind.values()) {
            odd.add(Recorded.event(10_000 + kind.ordinal(), kind));
        }
        odd.add(Recorded.frame(1, 2.5, 0.4));
        findings(detector, odd);
    }

    @ParameterizedTest
    @MethodSource("all")
    void itsStateSurvivesItsSerdeAtAnyStep(Detector<?> detector) {
        List<Telemetry> items = provocation(detector, 2);
        assertEquals(findings(detector, items), findings(detector, items, DetectorsContractTest::storedAndRead));
    }

    @ParameterizedTest
    @MethodSource("all")
    void speaksInSentencesWithEvidence(Detector<?> detector) {
        List<Finding> found = findings(detector, provocation(detector, 2));
        assertFalse(found.isEmpty());
        for (Finding finding : found) {
            assertEquals(Detectors.name(detector), finding.detector());
            for (String sentence : List.of(finding.summary(), finding.explanation(), finding.remedy())) {
                assertTrue(sentence.endsWith("."), sentence);
            }
            assertTrue(finding.summary().contains("step "), finding.summary());
            assertFalse(finding.evidence().facts().isEmpty());
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void writesNumbersWithTheirThousandsApart(Detector<?> detector) {
        List<Telemetry> late = provocation(detector, 2).stream()
                .map(item -> later(item, 39_000))
                .toList();
        for (Finding finding : findings(detector, late)) {
            assertFalse(finding.summary().matches(".*(?<![\\w.-])\\d{4,}(?![\\w-]).*"), finding.summary());
        }
    }

    private static Telemetry later(Telemetry item, long steps) {
        return switch (item) {
            case Frame frame ->
                new Frame(
                        frame.origin(),
                        frame.seq(),
                        frame.step() + steps,
                        frame.time(),
                        frame.scalars(),
                        frame.sites(),
                        frame.batch());
            case RunEvent event ->
                new RunEvent(
                        event.origin(), event.seq(), event.step() + steps, event.time(), event.kind(), event.details());
        };
    }

    @Test
    void everySettingHasItsOwnNameAndAReason() {
        Map<String, Setting> named = new TreeMap<>();
        for (Setting setting : Detectors.settings()) {
            assertEquals(null, named.put(setting.name(), setting), "twice: " + setting.name());
            assertTrue(setting.why().length() > 20, setting.name() + " needs a reason: " + setting.why());
        }
    }

    private static List<Telemetry> provocation(Detector<?> detector, double size) {
        return Provocations.all().get(Detectors.name(detector)).apply(size);
    }

    /** The frame with one value everywhere. */
    private static Frame filled(Frame frame, double value) {
        Scalars.Builder scalars = new Scalars.Builder();
        frame.scalars().names().forEach(name -> scalars.put(name, value));
        List<Column> columns = frame.sites().columns().stream()
                .map(column -> {
                    double[] values = new double[column.size()];
                    Arrays.fill(values, value);
                    return new Column(column.metric(), column.at(), values);
                })
                .toList();
        return new Frame(
                frame.origin(),
                frame.seq(),
                frame.step(),
                frame.time(),
                scalars.build(),
                new Sites(frame.sites().sites(), columns),
                frame.batch());
    }

    private static <S extends Record> List<Finding> findings(Detector<S> detector, List<? extends Telemetry> items) {
        return findings(detector, items, UnaryOperator.identity());
    }

    @SuppressWarnings("unchecked")
    private static <S extends Record> List<Finding> findings(
            Detector<S> detector, List<? extends Telemetry> items, UnaryOperator<Record> between) {
        List<Finding> findings = new ArrayList<>();
        S state = detector.start();
        for (Telemetry item : items) {
            Judgement<S> judgement = switch (item) {
                case Frame frame -> asked(detector, frame) ? detector.judge(state, frame) : Judgement.quiet(state);
                case RunEvent event -> detector.hear(state, event);
            };
            state = (S) between.apply(judgement.state());
            findings.addAll(judgement.findings());
        }
        return findings;
    }

    private static boolean asked(Detector<?> detector, Frame frame) {
        Set<String> metrics =
                frame.sites().columns().stream().map(Column::metric).collect(Collectors.toSet());
        if (frame.batch().isPresent()) {
            metrics.add(Needs.BATCH);
        }
        return detector.needs().met(Set.copyOf(frame.scalars().names()), metrics);
    }

    private static Record storedAndRead(Record state) {
        Map<String, byte[]> chunks = new TreeMap<>();
        StateCodec.write("state", state, chunks);
        Record read = StateCodec.read("state", state.getClass(), chunks);
        assertEquals(state, read);
        return read;
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
