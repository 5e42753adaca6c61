package observatory.ui;

import java.util.Optional;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.beans.property.SimpleObjectProperty;
import observatory.analysis.Incident;
import observatory.probe.Site;
import observatory.ui.chart.PlotActions;
import observatory.ui.chart.Scale;
import observatory.ui.chart.Span;
import observatory.ui.data.Recording;
import observatory.ui.data.StepIndex;

/**
 * What all screens share: the run, the steps in view, the crosshair, and what is picked out. Nothing here draws; all of
 * it belongs to the thread of the window, or in tests to any one thread.
 */
public final class Workbench implements PlotActions {
    private static final double LEAST_STEPS = 8;
    private static final Span EMPTY = new Span(0, 100);

    private final ObjectProperty<Source> source = new SimpleObjectProperty<>();
    /** The steps marked out; none where the whole run is in view and grows. */
    private final ObjectProperty<Span> brush = new SimpleObjectProperty<>();

    private final DoubleProperty crosshair = new SimpleDoubleProperty(Double.NaN);
    private final ObjectProperty<Incident> incident = new SimpleObjectProperty<>();
    private final ObjectProperty<Site> site = new SimpleObjectProperty<>();
    private final ObjectProperty<Theme> theme = new SimpleObjectProperty<>(Theme.LIGHT);
    private final ObjectProperty<Scale.Kind> scale = new SimpleObjectProperty<>(Scale.Kind.LINEAR);
    private final DoubleProperty smoothing = new SimpleDoubleProperty(0.6);
    private final BooleanProperty clip = new SimpleBooleanProperty();
    private final BooleanProperty paused = new SimpleBooleanProperty();

    public Workbench(Source source) {
        this.source.set(source);
    }

    public ObjectProperty<Source> sourceProperty() {
        return source;
    }

    public Recording run() {
        return source.get().recording();
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

    public ObjectProperty<Theme> themeProperty() {
        return theme;
    }

    public ObjectProperty<Scale.Kind> scaleProperty() {
        return scale;
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
        crosshair.set(step);
    }

    @Override
    public void show(Span steps) {
        Span all = whole();
        Span wanted = steps.length() < LEAST_STEPS ? steps.zoomed(LEAST_STEPS / steps.length(), steps.at(0.5)) : steps;
        Span inside = wanted.within(all);
        brush.set(inside.equals(all) && !paused.get() ? null : inside);
    }

    @Override
    public void fit() {
        brush.set(paused.get() ? whole() : null);
    }

    @Override
    public void pick(double step) {
        crosshair.set(Math.rint(step));
    }

    /** Brings a step into view, in the middle of as many steps as are shown now. */
    public void goTo(double step) {
        crosshair.set(step);
        Span now = steps();
        if (brush.get() != null && (step < now.at(0.1) || step > now.at(0.9))) {
            show(now.moved(step - now.at(0.5)));
        }
    }

    /** Shows an incident with as much around it as makes it clear. */
    public void open(Incident chosen) {
        incident.set(chosen);
        crosshair.set(chosen.peakStep());
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

    /** The crosshair where there is one, else the last step. */
    public long stepOfInterest() {
        double at = crosshair.get();
        return Double.isNaN(at) ? (long) whole().high() : Math.round(at);
    }

    /** The incident picked out, as it stands now. */
    public Optional<Incident> currentIncident() {
        Incident chosen = incident.get();
        return chosen == null
                ? Optional.empty()
                : run().incidents().stream()
                        .filter(one -> one.id() == chosen.id())
                        .findFirst();
    }
}
