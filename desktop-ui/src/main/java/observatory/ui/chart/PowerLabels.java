package observatory.ui.chart;

import java.util.ArrayList;
import java.util.List;

/** An axis of powers of ten under a chart: positions are thousandths of decimal logarithms. */
public final class PowerLabels implements StepLabels {
    private static final double SCALE = 1000;

    /** Where a value above zero lies on the axis. */
    public static long position(double value) {
        return Math.round(SCALE * Math.log10(value));
    }

    public static double value(double position) {
        return Math.pow(10, position / SCALE);
    }

    private final String across;

    /** @param across what the powers are of */
    public PowerLabels(String across) {
        this.across = across;
    }

    @Override
    public String across() {
        return across;
    }

    @Override
    public String at(long position, boolean exact) {
        return exact ? Double.toString(value(position)) : Numbers.of(value(position));
    }

    @Override
    public List<Ticks.Tick> over(Span positions, int most) {
        Span powers = new Span(positions.low() / SCALE, positions.high() / SCALE);
        List<Ticks.Tick> ticks = new ArrayList<>();
        for (Ticks.Tick tick : Ticks.over(powers, Scale.LOG, most)) {
            ticks.add(new Ticks.Tick(tick.position() * SCALE, tick.label()));
        }
        return ticks;
    }
}
