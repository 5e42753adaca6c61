package observatory.ui.replay;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import observatory.analysis.Incident;
import observatory.analysis.replay.ReplayResult;

/**
 * The replays of a window: one at a time, in the background, and what each came to. All but the replaying itself
 * happens on the window's thread.
 */
public final class ReplayModel {
    /** What is to be seen of the incident that is shown. */
    public sealed interface Shown {
        /** Nothing was replayed yet; where it cannot be, the reason is told. */
        record Idle(String reason) implements Shown {}

        /** @param share of the trials known of, 0 to 1 */
        record Running(double share, String doing) implements Shown {}

        record Refused(String reason) implements Shown {}

        record Done(ReplayResult result) implements Shown {}
    }

    private final Optional<Replayer> replayer;
    private final Executor background;
    private final Executor window;
    private final Map<String, Shown> known = new HashMap<>();
    private final ReadOnlyObjectWrapper<Shown> shown = new ReadOnlyObjectWrapper<>(new Shown.Idle(""));
    private final ReadOnlyBooleanWrapper possible = new ReadOnlyBooleanWrapper();
    private Incident incident;
    private String running = "";
    private volatile boolean stop;

    /** @param window runs what it is given on the window's thread, later */
    public ReplayModel(Optional<Replayer> replayer, Executor background, Executor window) {
        this.replayer = replayer;
        this.background = background;
        this.window = window;
    }

    public ReadOnlyObjectProperty<Shown> shownProperty() {
        return shown.getReadOnlyProperty();
    }

    /** Whether anybody replays here at all. */
    public boolean offered() {
        return replayer.isPresent();
    }

    /** Whether the incident that is shown can be replayed now. */
    public ReadOnlyBooleanProperty possibleProperty() {
        return possible.getReadOnlyProperty();
    }

    /** Shows what is known of an incident. */
    public void show(Incident other) {
        incident = other;
        refresh();
    }

    /** Replays the incident that is shown; nothing where that is not possible. */
    public void start() {
        if (!possible.get()) {
            return;
        }
        Incident one = incident;
        String key = key(one);
        running = key;
        stop = false;
        tell(key, new Shown.Running(0, "begins"));
        try {
            background.execute(() -> {
                Shown end = replay(one, key);
                window.execute(() -> ended(key, end));
            });
        } catch (RuntimeException | Error e) { // no thread can be made
            ended(key, new Shown.Refused("the replay cannot begin: " + e));
        }
    }

    private Shown replay(Incident one, String key) {
        try {
            return new Shown.Done(replayer.orElseThrow()
                    .replay(
                            one,
                            () -> stop,
                            (done, planned, doing) -> window.execute(() -> progress(key, done, planned, doing))));
        } catch (IllegalArgumentException e) {
            return new Shown.Refused(e.getMessage());
        } catch (RuntimeException | Error e) { // out of memory too: else it would run on screen for ever
            return new Shown.Refused("the replay failed: " + e);
        }
    }

    private void ended(String key, Shown end) {
        running = "";
        tell(key, end);
    }

    /** Asks the replay that is running to end at its next step; what it knows by then is shown. */
    public void stop() {
        stop = true;
    }

    private void progress(String key, int done, int planned, String doing) {
        if (running.equals(key)) {
            tell(key, new Shown.Running(planned == 0 ? 0 : Math.min(1, (double) done / planned), doing));
        }
    }

    private void tell(String key, Shown what) {
        known.put(key, what);
        refresh();
    }

    private void refresh() {
        possible.set(replayer.isPresent() && incident != null && running.isEmpty());
        Shown none = new Shown.Idle(
                replayer.isEmpty()
                        ? "Replays are run where the run was trained: observatory replay SPIKE-LOG."
                        : running.isEmpty() ? "" : "Another incident is being replayed.");
        shown.set(incident == null ? none : known.getOrDefault(key(incident), none));
    }

    private static String key(Incident incident) {
        return incident.run().value() + '/' + incident.id();
    }
}
