package observatory.probe.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.probe.BatchProbe;
import observatory.probe.Hook;
import observatory.probe.HostReducer;
import observatory.probe.HostTensor;
import observatory.probe.Metric;
import observatory.probe.Pack;
import observatory.probe.Probe;
import observatory.probe.Question;
import observatory.probe.Reduction;
import observatory.probe.RunSketch;
import observatory.probe.Schedule;
import observatory.probe.Site;
import observatory.probe.Spectrum;
import observatory.probe.StepProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every built-in probe must be, found by looking for them rather than by a list. */
class ProbesContractTest {
    static List<Probes.Entry> catalogue() {
        return Probes.catalogue();
    }

    @Test
    void everyProbeOfThePackageIsInTheCatalogue() throws Exception {
        URI classes =
                Probes.class.getProtectionDomain().getCodeSource().getLocation().toURI();
        Path folder = Path.of(classes).resolve("observatory/probe/builtin");
        Set<String> found;
        try (Stream<Path> files = Files.list(folder)) {
            found = files.map(file -> file.getFileName().toString().replace(".class", ""))
                    .filter(name -> Question.class.isAssignableFrom(load(name)))
                    .collect(Collectors.toSet());
        }
        Set<String> listed = catalogue().stream()
                .map(entry -> entry.probe().getClass().getSimpleName())
                .collect(Collectors.toSet());
        assertFalse(found.isEmpty());
        assertEquals(found, listed);
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void reportsExactlyTheMetricsItDeclaresAndTheSameEveryTime(Probes.Entry entry) {
        List<String> declared = entry.metrics().stream().map(Metric::name).toList();
        assertFalse(declared.isEmpty(), entry.name() + " declares no metric");
        entry.metrics()
                .forEach(metric ->
                        assertFalse(metric.tells().isBlank() || metric.unit().isBlank()));
        switch (entry.probe()) {
            case Probe<?> probe -> probe.hooks().forEach(hook -> same(declared, () -> ofTensor(probe, hook)));
            case StepProbe probe -> same(declared, () -> ofStep(probe));
            case BatchProbe probe -> same(declared, () -> ofBatch(probe));
        }
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void keepsItsNameAndKindWithAnotherSchedule(Probes.Entry entry) {
        Question rare = entry.at(new Schedule(50, 7));
        assertEquals(entry.name(), rare.name());
        assertEquals(new Schedule(50, 7), rare.schedule());
        assertEquals(Optional.of(rare), Probes.CATALOGUE.find(entry.name(), new Schedule(50, 7)));
    }

    @Test
    void everyProbeIsInAPackAndEveryPackIsOfTheCatalogue() {
        Set<String> packed =
                Probes.of(Pack.FORENSIC).stream().map(Question::name).collect(Collectors.toSet());
        assertEquals(Set.copyOf(Probes.CATALOGUE.names()), packed);
        for (Probes.Entry entry : catalogue()) {
            for (Pack pack : EnumSet.range(Pack.CONTINUOUS, Pack.FORENSIC)) {
                boolean inside = Probes.of(pack).stream().anyMatch(q -> q.name().equals(entry.name()));
                assertEquals(pack.compareTo(entry.pack()) >= 0, inside, entry.name() + " in " + pack.label());
            }
        }
    }

    @Test
    void namesAreUniqueAndPacksGrow() {
        assertEquals(
                catalogue().size(),
                catalogue().stream().map(Probes.Entry::name).distinct().count());
        for (Pack pack : EnumSet.range(Pack.CONTINUOUS, Pack.PROFILE)) {
            Pack next = Pack.values()[pack.ordinal() + 1];
            for (long step = 0; step < 20; step++) {
                assertTrue(
                        watched(next, step).containsAll(watched(pack, step)),
                        next.label() + " sees less than " + pack.label() + " at step " + step);
            }
        }
        assertNotEquals(watched(Pack.CONTINUOUS, 1), watched(Pack.PROFILE, 1));
        assertEquals(List.of(), Probes.of(Pack.OFF));
    }

    private static Set<String> watched(Pack pack, long step) {
        return Probes.of(pack).stream()
                .filter(question -> question.schedule().due(step))
                .flatMap(question -> question instanceof Probe<?> probe
                        ? probe.hooks().stream().map(hook -> question.name() + " at " + hook.label())
                        : Stream.of(question.name()))
                .collect(Collectors.toSet());
    }

    private static void same(List<String> declared, Supplier<List<String>> ask) {
        List<String> once = ask.get();
        assertEquals(
                declared,
                once.stream().map(line -> line.split("=")[0]).distinct().toList());
        assertEquals(once, ask.get(), "deterministic");
    }

    @SuppressWarnings("unchecked")
    private static List<String> ofTensor(Probe<?> probe, Hook hook) {
        HostTensor tensor = new HostTensor(new float[] {1, -2, 0, 4, 0.5f, 3}, 3, 2);
        HostReducer reducer = new HostReducer();
        reducer.enqueue(0, probe.reduction(), tensor, tensor);
        List<String> said = new ArrayList<>();
        ((Probe<Object>) probe)
                .read(
                        Site.of(hook, 0),
                        probe.reduction() instanceof Reduction.ToSpectrum
                                ? new Spectrum(3, 2, new double[] {4, 1})
                                : reducer.result(0),
                        (at, metric, value) -> said.add(metric + "=" + at.label() + value));
        return said;
    }

    private static List<String> ofStep(StepProbe probe) {
        List<String> said = new ArrayList<>();
        probe.read(Steps.FACTS, Steps.SITES, (name, value) -> said.add(name.replaceAll("/.*", "/*") + "=" + value));
        return said;
    }

    private static List<String> ofBatch(BatchProbe probe) {
        List<String> said = new ArrayList<>();
        probe.read(
                Steps.FACTS.tokens(),
                new RunSketch(1 << 10),
                (sequence, metric, value) -> said.add(metric + "=" + sequence + " " + value));
        return said;
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName("observatory.probe.builtin." + name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }
}
