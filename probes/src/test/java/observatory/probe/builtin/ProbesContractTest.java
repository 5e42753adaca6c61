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
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.probe.Hook;
import observatory.probe.Metric;
import observatory.probe.Moments;
import observatory.probe.Norms;
import observatory.probe.Pack;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.Site;
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
                    .filter(name -> Probe.class.isAssignableFrom(load(name)))
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
        for (Hook hook : entry.probe().hooks()) {
            List<String> once = ask(entry.probe(), hook);
            assertEquals(declared, once.stream().map(line -> line.split("=")[0]).toList());
            assertEquals(once, ask(entry.probe(), hook), "deterministic");
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
                .filter(probe -> probe.schedule().due(step))
                .flatMap(probe ->
                        probe.hooks().stream().map(hook -> probe.getClass().getSimpleName() + " at " + hook.label()))
                .collect(Collectors.toSet());
    }

    private static List<String> ask(Probe<?> probe, Hook hook) {
        List<String> said = new ArrayList<>();
        read(probe, Site.of(hook, 0), said);
        return said;
    }

    @SuppressWarnings("unchecked")
    private static void read(Probe<?> probe, Site site, List<String> said) {
        Object result = switch (probe.reduction()) {
            case Reduction.ToMoments _ -> new Moments(4, 1, 30, 4, 1, 0);
            case Reduction.ToNorms _ -> new Norms(3, 4);
        };
        ((Probe<Object>) probe).read(site, result, (at, metric, value) -> said.add(metric + "=" + value));
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName("observatory.probe.builtin." + name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }
}
