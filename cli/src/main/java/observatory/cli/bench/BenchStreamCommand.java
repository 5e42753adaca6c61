package observatory.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.LogFile;
import observatory.stream.bench.StreamBench;
import observatory.stream.wire.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Measures how fast telemetry travels on this machine. */
@Command(
        name = "stream",
        mixinStandardHelpOptions = true,
        description = "Measure encoding, spool, broker and reader: throughput per core, delay from hook to reader.")
final class BenchStreamCommand implements Callable<Integer> {
    @ParentCommand
    private BenchCommand parent;

    @Option(
            names = "--sites",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Sites in a frame, with 5 metrics each (${DEFAULT-VALUE}).")
    private int sites;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        if (sites < 1 || sites > 4096) {
            throw Failure.usage("sites are 1 to 4096, the most one record has: sites=" + sites + "; try --sites 2000");
        }
        Path folder = Files.createTempDirectory("observatory-bench");
        LogFile.use(folder.resolve("bench.log"));
        try {
            StreamBench.Workload standard = StreamBench.Workload.STANDARD;
            StreamBench.Result result = new StreamBench(
                            new StreamBench.Workload(sites, standard.frames(), standard.paced(), standard.outage()),
                            parent.console()::say)
                    .run(folder);
            parent.console().result(json ? Json.mapper().writeValueAsString(result) : text(result));
            return ExitCode.OK;
        } finally {
            delete(folder);
        }
    }

    private static String text(StreamBench.Result result) {
        return String.format(
                Locale.ROOT,
                """
                frames of %d values, %d bytes in Smile
                encode            %.0f MB/s, %.1f million values/s per core
                decode            %.1f million values/s per core (JSON %.1f)
                spool to reader   %.0f frames/s, %.1f million values/s per core, broker included
                offer             %.1f us p50, %.1f us p99, on the training thread
                hook to consumer  %.1f ms p50, %.1f ms p99, at 20 frames/s
                broker start      %.1f s
                outage            a step takes %.4f times as long without a broker (%.2f ms, with one %.2f ms);
                                  what was kept is delivered at %.0f steps a second""",
                result.valuesPerFrame(),
                result.bytesPerFrame(),
                result.encodeBytesPerSecondPerCore() / 1e6,
                result.encodedValuesPerSecondPerCore() / 1e6,
                result.decodedValuesPerSecondPerCore() / 1e6,
                result.jsonDecodedValuesPerSecondPerCore() / 1e6,
                result.framesPerSecondPerCore(),
                result.valuesPerSecondPerCore() / 1e6,
                result.offerMicrosP50(),
                result.offerMicrosP99(),
                result.hookToConsumerP50Millis(),
                result.hookToConsumerP99Millis(),
                result.brokerStartSeconds(),
                result.outageStepRatio(),
                result.stepMillisWithoutBroker(),
                result.stepMillisWithBroker(),
                result.drainedStepsPerSecond());
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
