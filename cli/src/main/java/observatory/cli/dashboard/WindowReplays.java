package observatory.cli.dashboard;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.analysis.Incident;
import observatory.analysis.SpikeLog;
import observatory.analysis.replay.ReplayJson;
import observatory.analysis.replay.ReplayResult;
import observatory.cli.ExitCode;
import observatory.cli.Observatory;
import observatory.cli.StateDirectory;
import observatory.cli.replay.ReplayCommand;
import observatory.stream.wire.Json;
import observatory.ui.replay.Replayer;

/**
 * Replays that are asked for in the window: `observatory replay` in a process of its own, because a window is started
 * without what trains, and because it goes on drawing meanwhile.
 */
final class WindowReplays implements Replayer {
    private static final Pattern SAID = Pattern.compile("replay: (.*) \\((\\d+) of (\\d+) trials known of.*");
    private static final String REFUSAL = "observatory: ";

    private final StateDirectory state;

    WindowReplays(StateDirectory state) {
        this.state = state;
    }

    @Override
    public ReplayResult replay(Incident incident, BooleanSupplier stop, Progress progress) {
        Path log = SpikeLog.file(state.spikeLogs(), incident);
        if (!Files.isRegularFile(log)) {
            throw new IllegalArgumentException("there is no spike log of this incident at " + log
                    + ": a run that is trained here writes it when the incident is over, if it is above info; of a log from"
                    + " elsewhere `observatory replay LOG` tells what can be done");
        }
        try {
            return run(log, stop, progress);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot replay " + log + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalArgumentException("the window was closed", e);
        }
    }

    private ReplayResult run(Path log, BooleanSupplier stop, Progress progress)
            throws IOException, InterruptedException {
        Path report = ReplayCommand.notes(state, log).resolveSibling("report.html");
        Files.createDirectories(report.getParent());
        Path result = report.resolveSibling("result.json");
        Process process = new ProcessBuilder(command(log, report))
                .redirectOutput(result.toFile())
                .start();
        List<String> said = new ArrayList<>();
        try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher matcher = SAID.matcher(line);
                if (matcher.matches()) {
                    progress.at(
                            Integer.parseInt(matcher.group(2)), Integer.parseInt(matcher.group(3)), matcher.group(1));
                } else if (line.startsWith(REFUSAL)) {
                    said.add(line.substring(REFUSAL.length()));
                }
                if (stop.getAsBoolean()) {
                    process.destroy(); // a polite signal: it says what it knows, and ends
                }
            }
        } finally {
            process.destroy();
        }
        int code = process.waitFor();
        if (code != ExitCode.OK && code != ExitCode.INTERRUPTED) {
            throw new IllegalArgumentException(
                    said.isEmpty() ? "the replay ended with exit code " + code : said.getLast());
        }
        return ReplayJson.read(Json.mapper().readTree(Files.readAllBytes(result)));
    }

    /** This program, once more, as it was started but for what trains. */
    private List<String> command(Path log, Path report) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                Observatory.class.getName(),
                "replay",
                log.toString(),
                "--data-dir",
                state.root().toString(),
                "--html",
                report.toString(),
                "--json");
    }
}
