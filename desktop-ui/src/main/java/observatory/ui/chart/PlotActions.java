package observatory.ui.chart;

/** What a hand on a chart asks for. */
public interface PlotActions {
    /** The pointer is over a step, or over none: NaN. */
    void hover(double step);

    /** A stretch of steps was marked, or scrolled or zoomed to. */
    void show(Span steps);

    /** The whole run again. */
    void fit();

    /** A step was pointed at and pressed. */
    void pick(double step);
}
