package observatory.ui;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import observatory.analysis.Incident;
import observatory.analysis.Severity;
import observatory.probe.Site;
import observatory.ui.chart.PlotActions;
import observatory.ui.chart.Scale;
import observatory.ui.chart.Span;
import observatory.ui.chart.StepLabels;
import observatory.ui.data.Mark;
import observatory.ui.data.Recording;
import observatory.ui.data.StepIndex;
import observatory.ui.incident.FirstLook;

/**
 * What all screens share: the run, the steps in view, the crosshair, and what is picked out. Nothing here draws; all of
 * it belongs to the thread of the window, or in tests to any one thread.
 */
public final class Workbench implements PlotActions {
    private static final double LEAST_STEPS = 8;
    private static final Span EMPTY = new Span(0, 100);

    private final ObservableList<Source> sources = FXCollections.observableArrayList();
    private final ObjectProperty<Source> source = new SimpleObjectProperty<>();
    /** The steps marked out; none where the whole run is in view and grows. */
    private final ObjectProperty<Span> brush = new SimpleObjectProperty<>();

    private final DoubleProperty crosshair = new SimpleDoubleProperty(Double.NaN);
    /** Where the crosshair stays when the pointer is over no chart; NaN where nowhere. */
    private double pinned = Double.NaN;

    private final ObjectProperty<Incident> incident = new SimpleObjectProperty<>();
    private final ObjectProperty<Site> site = new SimpleObjectProperty<>();
    private final StringProperty screen = new SimpleStringProperty("");
    private final ObjectProperty<Theme> theme = new SimpleObjectProperty<>(Theme.LIGHT);
    private final ObjectProperty<Scale.Kind> scale = new SimpleObjectProperty<>(Scale.Kind.LINEAR);
    private final ObjectProperty<Axis> axis = new SimpleObjectProperty<>(Axis.STEPS);
    private final StepLabels labels = new AxisLabels(this);
    private final DoubleProperty smoothing = new SimpleDoubleProperty(0.6);
    private final BooleanProperty clip = new SimpleBooleanProperty();
    private final BooleanProperty following = new SimpleBooleanProperty();
    private final BooleanProperty paused = new SimpleBooleanProperty();

    public Workbench(Source source) {
        add(source);
    }

    /** Everything that is open, in the order in which it was opened. */
    public ObservableList<Source> sources() {
        return sources;
    }

    /** Opens one more run and shows it; one that is open already is only shown. */
    public void add(Source opened) {
        Optional<Source> known = sources.stream().filter(opened::same).findFirst();
        if (known.isPresent()) {
            end(opened);
        } else {
            sources.add(opened);
        }
        choose(known.orElse(opened));
    }

    /** Closes a run and shows the one beside it; the last one stays. */
    public void close(Source closed) {
        int at = sources.indexOf(closed);
        if (at < 0 || sources.size() == 1) {
            return;
        }
        if (source.get() == closed) {
            choose(sources.get(at == 0 ? 1 : at - 1));
        }
        sources.remove(closed);
        end(closed);
    }

    /** Beside this thread: a reader may have to wait for its broker. */
    private static void end(Source source) {
        Thread.ofPlatform().name("observatory-close").daemon().start(source::close);
    }

    /** Ends what reads for all of them. */
    void end() {
        sources.forEach(Workbench::end);
    }

    /** Shows another run, as a whole. */
    public void choose(Source chosen) {
        brush.set(null);
        unpick();
        paused.set(false);
        source.set(chosen);
    }

    /** Puts one source in the place of another, such as a replay in that of the log it replays. */
    public void replace(Source old, Source by) {
        int at = sources.indexOf(old);
        if (source.get() == old) {
            source.set(by); // first, or a list of the sources would choose it as another run, seen as a whole
        }
        sources.set(at, by);
    }

    public ObjectProperty<Source> sourceProperty() {
        return source;
    }

    public Recording run() {
        return source.get().recording();
    }

    /** What is said of what the run shown has not told; see {@link Source#missing}. */
    public String missing(String lacking) {
        return source.get().missing(lacking);
    }

    /** Shows the rank after the one shown now, and after the last the first. */
    public void nextRank() {
        List<Integer> ranks = run().ranks();
        if (ranks.size() > 1) {
            int at = ranks.indexOf(run().rank());
            source.get().showRank(ranks.get((at + 1) % ranks.size()));
        }
    }

    public ObjectProperty<Span> brushProperty() {
        return brush;
    }

    public DoubleProperty crosshairProperty() {
        return crosshair;
    }

    public ObjectProperty<Incident> incidentProperty() {
        return incident;
    }

    public ObjectProperty<Site> siteProperty() {
        return site;
    }

    /** The title of a screen that something on another one leads to; empty again when the window has gone there. */
    public StringProperty screenProperty() {
        return screen;
    }

    public ObjectProperty<Theme> themeProperty() {
        return theme;
    }

    public ObjectProperty<Scale.Kind> scaleProperty() {
        return scale;
    }

    public ObjectProperty<Axis> axisProperty() {
        return axis;
    }

    /** What stands below every chart of steps. */
    public StepLabels labels() {
        return labels;
    }

    public DoubleProperty smoothingProperty() {
        return smoothing;
    }

    public BooleanProperty clipProperty() {
        return clip;
    }

    public BooleanProperty pausedProperty() {
        return paused;
    }

    /** All steps of the run, or of the plan where nothing has come yet. */
    public Span whole() {
        StepIndex frames = run().frames();
        return frames.empty() ? EMPTY : Span.over(frames.firstStep(), frames.lastStep());
    }

    /** The steps that every chart shows now. */
    public Span steps() {
        Span marked = brush.get();
        return marked == null ? whole() : marked;
    }

    @Override
    public void hover(double step) {
        crosshair.set(Double.isNaN(step) ? pinned : step);
    }

    /** Puts the crosshair at a step, where it stays until it is put elsewhere; NaN takes it away. */
    public void pin(double step) {
        pinned = step;
        crosshair.set(step);
    }

    /** The step at which the crosshair stays; NaN where there is none. */
    public double pinned() {
        return pinned;
    }

    /** Nothing is picked out any more: no step, no incident, no site. */
    public void unpick() {
        pin(Double.NaN);
        incident.set(null);
        site.set(null);
    }

    @Override
    public void show(Span steps) {
        Span all = whole();
        Span wanted = steps.length() < LEAST_STEPS ? steps.zoomed(LEAST_STEPS / steps.length(), steps.at(0.5)) : steps;
        Span inside = wanted.within(all);
        following.set(false);
        brush.set(inside.equals(all) && !paused.get() ? null : inside);
    }

    @Override
    public void fit() {
        brush.set(paused.get() ? whole() : null);
    }

    @Override
    public void pick(double step) {
        pin(Math.rint(step));
    }

    /** Brings a step into view, in the middle of as many steps as are shown now. */
    public void goTo(double step) {
        pin(step);
        Span now = steps();
        if (brush.get() != null && (step < now.at(0.1) || step > now.at(0.9))) {
            show(now.moved(step - now.at(0.5)));
        }
    }

    /** Shows an incident, and where it happened, with as much around it as makes it clear. */
    public void open(Incident chosen) {
        FirstLook look = FirstLook.of(chosen, run());
        incident.set(chosen);
        look.site().ifPresent(site::set);
        pin(look.step());
        double length = chosen.lastStep() - chosen.firstStep();
        double margin = Math.max(32, 2 * length);
        show(Span.over(chosen.firstStep() - margin, chosen.lastStep() + margin));
    }

    /** Stops what is on the screen from moving, or lets it move again. The run itself goes on either way. */
    public void pause(boolean on) {
        if (on && brush.get() == null) {
            brush.set(whole());
        } else if (!on && brush.get() != null && brush.get().high() <= whole().high() && paused.get()) {
            brush.set(null);
        }
        paused.set(on);
    }

    /** Moves the crosshair by so many steps. */
    public void walk(long by) {
        Span all = whole();
        goTo(Math.clamp(stepOfInterest() + by, (long) Math.ceil(all.low()), (long) Math.floor(all.high())));
    }

    /** Closer to, or farther from, the crosshair or the middle. */
    public void zoom(double factor) {
        Span now = steps();
        double about = now.contains(crosshair.get()) ? crosshair.get() : now.at(0.5);
        show(now.zoomed(factor, about));
    }

    /** The last steps of the run, in as long a stretch as is shown now, but not the whole. */
    public void liveEdge() {
        paused.set(false);
        pin(Double.NaN);
        Span all = whole();
        double length = Math.min(steps().length(), Math.max(LEAST_STEPS, all.length() / 8));
        following.set(true);
        brush.set(Span.over(all.high() - length, all.high()));
    }

    /** Keeps the stretch in view at the live edge, where it was put there. */
    public void follow() {
        Span now = brush.get();
        if (following.get() && now != null && now.high() < whole().high()) {
            brush.set(now.moved(whole().high() - now.high()));
        }
    }

    /** The next incident or mark after the crosshair, or the one before it. */
    public void event(boolean forward) {
        long here = stepOfInterest();
        LongStream steps = LongStream.concat(
                run().incidents().stream().mapToLong(Incident::firstStep),
                run().marks().stream().mapToLong(Mark::step));
        OptionalLong next = forward
                ? steps.filter(step -> step > here).min()
                : steps.filter(step -> step < here).max();
        next.ifPresent(this::goTo);
    }

    /** The crosshair where there is one, else the worst step of the incident opened, else the last step in view. */
    public long stepOfInterest() {
        double at = crosshair.get();
        if (!Double.isNaN(at)) {
            return Math.round(at);
        }
        return incident.get() != null ? incident.get().peakStep() : (long) Math.floor(steps().high());
    }

    /** The incident picked out, as it stands now; until one is, the most urgent that is more than a remark. */
    public Optional<Incident> currentIncident() {
        Incident chosen = incident.get();
        return chosen == null
                ? FirstLook.mostUrgent(run()).filter(one -> one.severity() != Severity.INFO)
                : run().incidents().stream()
                        .filter(one -> one.id() == chosen.id())
                        .findFirst();
    }
}
