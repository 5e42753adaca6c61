package observatory.stream.doctor;

import static java.lang.foreign.SymbolLookup.libraryLookup;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import observatory.stream.spool.Destination;
import observatory.stream.spool.Leftovers;

/** Examines this machine: Java, the data directory and the spools in it, a display, a GPU driver. */
final class Machine {
    private static final int JAVA = 25;
    private static final long ROOM_BYTES = 1L << 30;
    /** File systems over a network, on which SQLite's write-ahead log is not safe. */
    private static final Set<String> REMOTE =
            Set.of("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "lustre");

    private final Path data;
    private final Map<String, String> environment;

    Machine(Path data, Map<String, String> environment) {
        this.data = data;
        this.environment = environment;
    }

    List<Check> checks() {
        List<Check> checks = new ArrayList<>();
        checks.add(java());
        checks.add(directory());
        checks.add(spools());
        checks.add(display());
        checks.add(cuda());
        return checks;
    }

    private static Check java() {
        int version = Runtime.version().feature();
        return version >= JAVA
                ? Check.ok(
                        "java", Runtime.version() + ", " + Runtime.getRuntime().availableProcessors() + " processors")
                : new Check("java", Check.Outcome.CONFIGURATION, "Java " + version, "run it on a JDK " + JAVA);
    }

    private Check directory() {
        Path there = data;
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        try {
            if (there == null || !Files.isWritable(there)) {
                return new Check(
                        "data directory",
                        Check.Outcome.CONFIGURATION,
                        data + " cannot be written",
                        "give another with --data-dir, or XDG_STATE_HOME");
            }
            FileStore store = Files.getFileStore(there);
            if (REMOTE.contains(store.type())) {
                return Check.warning(
                        "data directory",
                        data + " is on a network file system (" + store.type() + ")",
                        "give a local one with --data-dir: a spool is only safe on a local disk");
            }
            long room = store.getUsableSpace();
            return room < ROOM_BYTES
                    ? Check.warning(
                            "data directory",
                            data + " has " + (room >> 20) + " MiB left",
                            "make room: a spool takes up to 2 GiB while the broker is away")
                    : Check.ok("data directory", data + ", " + store.type() + ", " + (room >> 30) + " GiB left");
        } catch (IOException e) {
            return new Check(
                    "data directory", Check.Outcome.CONFIGURATION, data + ": " + e, "give another with --data-dir");
        }
    }

    private Check spools() {
        Path spools = data.resolve("spool");
        if (!Files.isDirectory(spools)) {
            return Check.ok("spool", "none yet");
        }
        try {
            Collection<Optional<Destination>> left = Leftovers.find(spools).values();
            SortedSet<String> destinations = left.stream()
                    .map(each -> each.map(Destination::toString).orElse("any cluster"))
                    .collect(Collectors.toCollection(TreeSet::new));
            return left.isEmpty()
                    ? Check.ok("spool", "nothing was left by killed runs")
                    : Check.warning(
                            "spool",
                            (left.size() == 1 ? "1 killed run" : left.size() + " killed runs") + " left telemetry in "
                                    + spools + ", for " + String.join("; for ", destinations),
                            "the next run that sends there sends it, or `observatory doctor --drain` does now");
        } catch (IOException e) {
            return new Check("spool", Check.Outcome.CONFIGURATION, spools + ": " + e, "make it readable");
        }
    }

    private Check display() {
        String display = environment.getOrDefault("DISPLAY", environment.getOrDefault("WAYLAND_DISPLAY", ""));
        String system = System.getProperty("os.name");
        boolean window = !display.isEmpty() || system.startsWith("Mac") || system.startsWith("Windows");
        return window
                ? Check.ok("display", display.isEmpty() ? system : display)
                : Check.skipped("display", "none: the terminal view is used");
    }

    @SuppressWarnings("restricted") // Only whether it is there.
    private static Check cuda() {
        try (Arena arena = Arena.ofConfined()) {
            for (String name : List.of("libcuda.so.1", "nvcuda.dll")) {
                try {
                    libraryLookup(name, arena);
                    return Check.ok("cuda", "driver " + name + " found");
                } catch (IllegalArgumentException e) {
                    assert e.getMessage() != null; // Not under this name.
                }
            }
        }
        return Check.skipped("cuda", "no driver: models train on the processor");
    }
}
