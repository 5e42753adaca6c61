package observatory.cli.train;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import observatory.analysis.Incident;
import observatory.cli.Console;
import observatory.probe.Frame;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.ui.Connection;
import observatory.ui.DesktopWindow;
import observatory.ui.Source;
import observatory.ui.Workbench;
import observatory.ui.data.Recording;
import observatory.ui.frame.Outside;

/** A running demo in a window, which opens beside it and may be closed before it ends. */
final class WindowView implements View, Source {
    private final Recording recording;
    private final InstantSource clock;
    private final Console console;
    private final Outside outside;
    private final Instant began;
    private volatile boolean spooling = true;
    private volatile boolean over;
    private volatile DesktopWindow window;
    private boolean told;
    private int taken;
    private List<Incident> known = List.of();

    WindowView(RunId run, Console console, Outside outside, InstantSource clock) {
        this.outside = outside;
        this.recording = new Recording(run);
        this.console = console;
        this.clock = clock;
        this.began = clock.instant();
        // Beside the run: the toolkit takes a second or two, and training waits for nobody.
        Thread.ofPlatform().name("observatory-window").daemon().start(this::open);
    }

    private void open() {
        try {
            window = DesktopWindow.open(new Workbench(this), outside);
        } catch (IllegalStateException e) {
            console.say(e.getMessage() + "; the run goes on here");
        }
    }

    @Override
    public void update(Stage stage) {
        List<Telemetry> fresh = stage.live().since(taken);
        taken += fresh.size();
        fresh.forEach(recording::accept);
        List<Incident> incidents = stage.live().incidents();
        incidents.stream().filter(one -> !known.contains(one)).forEach(recording::accept);
        known = incidents;
        spooling = stage.backbone().bootstrap().isEmpty();
        over = stage.training().over().getCount() == 0 && recording.ended();
        if (window != null && window.isClosed() && !told && !over) {
            told = true;
            console.say("the window is closed; the run goes on here, and Ctrl-C ends it");
        }
    }

    /** Leaves what is on the screen to a person until the window is closed. */
    void linger() throws InterruptedException {
        if (window != null && !window.isClosed()) {
            console.say("close the window, or press Ctrl-C, to leave");
            window.awaitClosed();
        }
    }

    @Override
    public Recording recording() {
        return recording;
    }

    @Override
    public Connection connection() {
        if (over) {
            return Connection.recording();
        }
        Instant now = clock.instant();
        Optional<Frame> latest = recording.latest();
        if (latest.isEmpty()) {
            return spooling
                    ? new Connection(Connection.State.SPOOLED, Duration.between(began, now))
                    : new Connection(Connection.State.CONNECTING, Duration.ZERO);
        }
        Duration age = Duration.between(latest.get().time(), now);
        boolean stale = age.compareTo(Connection.PATIENCE) > 0;
        return new Connection(stale ? Connection.State.STALE : Connection.State.LIVE, age);
    }
}
