package observatory.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import observatory.stream.cluster.BrokerFolder;

/** Where the observatory keeps what outlives it: broker data, spools, spike logs and reports. */
public record StateDirectory(Path root) {

    /**
     * The folder asked for, or {@code $XDG_STATE_HOME/observatory}, or
     * {@code ~/.local/state/observatory}; made and tried.
     */
    public static StateDirectory open(Path asked, Map<String, String> environment) {
        Path root = asked != null ? asked : standard(environment);
        try {
            Files.createDirectories(root);
            Files.delete(Files.createTempFile(root, ".writable", ""));
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "cannot write to the data directory " + root + " ("
                            + e.getClass().getSimpleName() + "); give another with --data-dir",
                    e);
        }
        return new StateDirectory(root.toAbsolutePath().normalize());
    }

    /** Where it lies unless one is named: below $XDG_STATE_HOME, or ~/.local/state. */
    public static Path standard(Map<String, String> environment) {
        String state = environment.get("XDG_STATE_HOME");
        Path base = state == null || state.isBlank()
                ? Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".local", "state")
                : Path.of(state);
        return base.resolve("observatory");
    }

    /** What a command that is told to a person needs to find this directory again; nothing where it is the standard one. */
    public String option(Map<String, String> environment) {
        return root.equals(standard(environment)) ? "" : " --data-dir " + root;
    }

    public Path broker() {
        return root.resolve("broker");
    }

    /** The folder of the broker, for this process alone. */
    public BrokerFolder takeBroker() {
        try {
            return BrokerFolder.take(broker());
        } catch (IOException e) {
            throw new Failure(ExitCode.CONFIGURATION, e.getMessage(), e);
        }
    }

    public Path spool() {
        return root.resolve("spool");
    }

    public Path streams() {
        return root.resolve("streams");
    }

    public Path spikeLogs() {
        return root.resolve("spikes");
    }

    public Path reports() {
        return root.resolve("reports");
    }

    /** Of the runs that train here, a folder each. */
    public Path checkpoints() {
        return root.resolve("checkpoints");
    }

    /** What replays of incidents came to, a folder each. */
    public Path replays() {
        return root.resolve("replays");
    }

    /** Where a person was in the window. */
    public Path window() {
        return root.resolve("window.properties");
    }

    /** Figures and tables taken out of the window. */
    public Path exports() {
        return root.resolve("exports");
    }

    public Path log() {
        return root.resolve("observatory.log");
    }
}
