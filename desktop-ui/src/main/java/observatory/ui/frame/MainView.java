package observatory.ui.frame;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import javafx.beans.Observable;
import javafx.scene.Scene;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import observatory.probe.Hook;
import observatory.probe.RunId;
import observatory.probe.Site;
import observatory.ui.DeepLink;
import observatory.ui.Source;
import observatory.ui.Theme;
import observatory.ui.Workbench;
import observatory.ui.data.Recording;
import observatory.ui.incident.IncidentsModel;
import observatory.ui.incident.IncidentsView;
import observatory.ui.incident.Notices;
import observatory.ui.source.OpenedTape;
import observatory.ui.source.Replay;

/** The window's content: runs at the left, screens in the middle, numbers at the right, the whole run below. */
public final class MainView {
    /** Nobody reads numbers that change more often. */
    private static final double NUMBERS_EVERY_SECONDS = 0.3;
    /** A source tells more than its recording holds, such as that its broker has gone. */
    private static final double LOOK_EVERY_SECONDS = 1;

    private static final double KEEP_EVERY_SECONDS = 1;

    private final Workbench bench;
    private final HeaderView header;
    private final RunTree runs;
    private final Screens screens;
    private final InspectorView inspector;
    private final TimelineView timeline;
    private final ReplayBar replay;
    private final NoticesView notices;
    private final Overlay overlay = new Overlay();
    private final Keys keys;
    private final BorderPane frame = new BorderPane();
    private final StackPane root;
    /** A link to a run that may yet turn out to be one of those that are read. */
    private Optional<DeepLink> pending = Optional.empty();

    private Source shownSource;
    /** Of which run it was recalled what was in view; a log tells its run only when it is read. */
    private RunId recalled;

    private Recording shownRecording;
    private long shownVersion = -1;
    private boolean stale = true;
    private double sinceNumbers;
    private double sinceLook;
    private double sinceKept;
    private final Memory memory;
    private boolean forgetful;
    /** Whether the screen has taken in the latest data in part. */
    private boolean half;
    /** Beats until all has been laid out for another size of the window, and drawn for it. */
    private int resized;
    /** Whether what the numbers at the right are of has changed since. */
    private boolean oldNumbers;

    public MainView(Workbench bench, Outside outside) {
        this.bench = bench;
        this.memory = new Memory(outside.memory());
        memory.restore(bench);
        IncidentsModel incidents = new IncidentsModel(bench, outside.clock());
        this.screens = new Screens(bench, outside, incidents);
        this.notices = new NoticesView(bench, new Notices(incident -> incidents.silenced(incident.kind())));
        this.replay = new ReplayBar(bench);
        this.keys = new Keys(
                bench, screens, overlay, new Exports(screens, bench, outside, notices), replay, outside, this::go);
        this.header = new HeaderView(bench, new ControlsView(bench, keys::help));
        this.runs = new RunTree(bench, keys::attach);
        this.inspector = new InspectorView(bench);
        this.timeline = new TimelineView(bench);
        screens.node().getSelectionModel().selectedIndexProperty().addListener(changed -> stale = true);
        bench.screenProperty().addListener((property, old, title) -> {
            if (!title.isEmpty()) {
                bench.screenProperty().set("");
                screens.show(title);
            }
        });
        frame.getStyleClass().add("window");
        frame.setTop(header.node());
        frame.setLeft(runs.node());
        frame.setCenter(screens.node());
        frame.setRight(inspector.node());
        frame.setBottom(new VBox(replay.node(), timeline.node()));
        memory.screen().ifPresent(screens::show);
        root = new StackPane(frame, overlay.node(), notices.node());
        List<Observable> shared = List.of(
                bench.brushProperty(),
                bench.crosshairProperty(),
                bench.scaleProperty(),
                bench.smoothingProperty(),
                bench.clipProperty(),
                bench.axisProperty(),
                bench.sourceProperty(),
                bench.siteProperty(),
                bench.incidentProperty(),
                bench.pausedProperty());
        shared.forEach(property -> property.addListener(changed -> stale = true));
    }

    public StackPane node() {
        return root;
    }

    private void remember(double seconds) {
        sinceKept += seconds;
        if (forgetful || sinceKept < KEEP_EVERY_SECONDS) {
            return;
        }
        sinceKept = 0;
        try {
            memory.keep(bench, screens.current().title());
        } catch (IOException e) {
            forgetful = true; // said once, not every second
            notices.say("where you are cannot be remembered: " + e.getMessage());
        }
    }

    /** Puts the keys to work and dresses the scene in the theme of the moment. */
    public void attach(Scene scene) {
        keys.attach(scene);
        dress(scene);
        scene.widthProperty().addListener(changed -> {
            resized = 2;
            fit(scene.getWidth());
        });
        fit(scene.getWidth());
        scene.heightProperty().addListener(changed -> resized = 2);
        bench.themeProperty().addListener(changed -> dress(scene));
    }

    private void fit(double width) {
        runs.fit(width);
        inspector.fit(width);
    }

    private void dress(Scene scene) {
        Theme theme = bench.themeProperty().get();
        scene.setUserAgentStylesheet(theme.widgets());
        scene.getStylesheets()
                .setAll(
                        MainView.class.getResource(theme.ours()).toExternalForm(),
                        MainView.class
                                .getResource("/observatory/ui/observatory.css")
                                .toExternalForm());
        stale = true;
    }

    /**
     * Goes where a link points, and says so where it points to a run that is not open here: when all that is open has been
     * read, since only what a log holds tells of which run it is.
     */
    public void open(DeepLink link) {
        pending = Optional.of(link);
        followLink();
    }

    private void followLink() {
        if (pending.isEmpty()) {
            return;
        }
        String reason = go(pending.get());
        boolean reading = bench.sources().stream().anyMatch(source -> !source.caughtUp());
        if (!reason.isEmpty() && reading) {
            return;
        }
        pending = Optional.empty();
        if (!reason.isEmpty()) {
            notices.say(reason);
        }
    }

    /** Empty, or the reason why nothing was done. */
    private String go(DeepLink link) {
        Optional<Source> of = bench.sources().stream()
                .filter(source -> source.recording().run().equals(link.run()))
                .findFirst();
        if (of.isEmpty()) {
            return "the run " + link.run().value() + " is not open here; open it as HOST:PORT/"
                    + link.run().value() + ", or its log, and follow the link again";
        }
        bench.choose(of.get());
        recall(); // first: the link says where to go from there
        link.view().ifPresent(screens::show);
        link.layer()
                .ifPresent(layer -> bench.siteProperty()
                        .set(Site.of(Hook.RESIDUAL, Math.clamp(layer, Site.NO_LAYER, Integer.MAX_VALUE))));
        link.step().ifPresent(bench::goTo);
        return "";
    }

    /** Lets so much time pass, and brings the screen up to date where there is anything new. */
    public void beat(double seconds) {
        if (bench.sourceProperty().get() instanceof Replay playing) {
            playing.advance(seconds);
        }
        becomeReplays();
        followLink();
        bench.follow();
        header.refresh();
        runs.refresh();
        replay.refresh();
        long version = bench.run().version();
        Source source = bench.sourceProperty().get();
        sinceNumbers += seconds;
        sinceLook += seconds;
        stale |= resized > 0;
        resized = Math.max(0, resized - 1);
        boolean asked = stale || source != shownSource || bench.run() != shownRecording;
        boolean news = version != shownVersion;
        if (asked || news || half || sinceLook >= LOOK_EVERY_SECONDS) {
            sinceLook = 0;
            stale = false;
            half = news && !asked;
            shownVersion = version;
            shownRecording = bench.run();
            recall();
            if (asked) {
                screens.current().refresh();
            } else {
                screens.current().follow();
            }
            oldNumbers = true;
            timeline.refresh();
        }
        if (asked || oldNumbers && sinceNumbers >= NUMBERS_EVERY_SECONDS) {
            sinceNumbers = 0;
            oldNumbers = false;
            inspector.refresh(!(screens.current() instanceof IncidentsView));
        }
        notices.refresh();
        remember(seconds); // last: a run that has just come into view shows what was remembered of it first
    }

    /** Shows of a run that has come into view what was remembered of it. */
    private void recall() {
        if (bench.sourceProperty().get() != shownSource) {
            shownSource = bench.sourceProperty().get();
            recalled = bench.run().run();
            memory.restoreView(bench);
        }
    }

    private void becomeReplays() {
        for (Source source : List.copyOf(bench.sources())) {
            if (source instanceof OpenedTape tape) {
                tape.replay().ifPresent(whole -> {
                    bench.replace(tape, whole);
                    if (tape == shownSource && whole.recording().run().equals(recalled)) {
                        shownSource = whole; // which was in view already, and may have been moved in since
                    }
                });
            }
        }
    }
}
