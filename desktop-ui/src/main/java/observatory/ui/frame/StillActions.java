package observatory.ui.frame;

import observatory.ui.chart.PlotActions;
import observatory.ui.chart.Span;

/** For charts whose axis no other chart shares and that always show all of it. */
public final class StillActions implements PlotActions {
    @Override
    public void hover(double place) {
        // Nothing else stands at this place.
    }

    @Override
    public void show(Span places) {
        // All of it is in view.
    }

    @Override
    public void fit() {
        // All of it is in view.
    }

    @Override
    public void pick(double place) {
        // There is nothing to pick.
    }
}
