package observatory.ui.probes;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import observatory.ui.chart.Numbers;
import observatory.ui.data.Mark;

/** Who changed last what a probe does, and how long that still holds, as the marks of a run tell it. */
final class InForce {
    private static final Pattern COMMAND = Pattern.compile("(Add|Remove|Profile)\\[(?:probe|pack)=([^,\\]]+)");

    private final List<Mark> marks;
    private final Instant now;
    private final Set<String> reverted;

    /** @param left how long it still holds; empty where that has no end */
    record Change(String by, String left) {
        static final Change NONE = new Change("", "");
    }

    /** @param now the time up to which is known what still holds */
    InForce(List<Mark> marks, Instant now) {
        this.marks = marks;
        this.now = now;
        this.reverted = marks.stream()
                .filter(mark -> "reverted".equals(mark.details().get("outcome")))
                .map(InForce::id)
                .collect(Collectors.toSet());
    }

    boolean reverted(Mark mark) {
        return reverted.contains(id(mark));
    }

    /** The latest change of a probe that still holds. */
    Change of(String probe) {
        for (Mark mark : marks.reversed()) {
            Optional<Change> change = switch (mark.kind()) {
                case CADENCE -> named(mark, probe, "governor");
                case PROBE_DISABLED -> named(mark, probe, "failures");
                case COMMAND -> commanded(mark, probe);
                case START, RESTART, CHECKPOINT, HARDWARE_ERROR, LOST, END, NOTE, OTHER -> Optional.empty();
            };
            if (change.isPresent()) {
                return change.get();
            }
        }
        return Change.NONE;
    }

    private static Optional<Change> named(Mark mark, String probe, String by) {
        return probe.equals(mark.details().get("probe")) ? Optional.of(new Change(at(by, mark), "")) : Optional.empty();
    }

    /** A command about this probe, or about all: a pack replaces whatever was installed. */
    private Optional<Change> commanded(Mark mark, String probe) {
        Matcher command = COMMAND.matcher(mark.details().getOrDefault("command", ""));
        if (!"applied".equals(mark.details().get("outcome")) || reverted(mark) || !command.find()) {
            return Optional.empty();
        }
        if (!command.group(1).equals("Profile") && !command.group(2).equals(probe)) {
            return Optional.empty();
        }
        return Changed.left(mark, now)
                .map(left -> new Change(
                        at(mark.details().getOrDefault("operator", "nobody known"), mark), Numbers.duration(left)));
    }

    private static String at(String by, Mark mark) {
        return by + " at " + Numbers.whole(mark.step());
    }

    private static String id(Mark mark) {
        return mark.details().getOrDefault("id", "");
    }
}
