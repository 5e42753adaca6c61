package observatory.ui.chart;

import java.util.ArrayList;
import java.util.List;

/** An axis of time since a start: positions are milliseconds, marks are whole in the largest unit that they can be. */
public final class TimeLabels implements StepLabels {
    private static final double MILLIS = 1000;
    private static final double[] STRIDES = {
        1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400
    };
    private static final long MINUTE = 60;
    private static final long HOUR = 3600;
    private static final long DAY = 86_400;

    @Override
    public List<Ticks.Tick> over(Span millis, int most) {
        return marks(new Span(millis.low() / MILLIS, millis.high() / MILLIS), most).stream()
                .map(tick -> new Ticks.Tick(tick.position() * MILLIS, tick.label()))
                .toList();
    }

    @Override
    public String across() {
        return "seconds";
    }

    @Override
    public String at(long millis, boolean exact) {
        return exact ? Double.toString(millis / MILLIS) : Numbers.of(millis / MILLIS);
    }

    /** Marks at round times, over a span of seconds. */
    public static List<Ticks.Tick> marks(Span seconds, int most) {
        double least = seconds.length() / Math.max(1, most);
        double stride = least > DAY ? DAY * Math.ceil(least / DAY) : DAY;
        for (int i = STRIDES.length - 1; i >= 0 && STRIDES[i] >= least; i--) {
            stride = STRIDES[i];
        }
        List<Ticks.Tick> ticks = new ArrayList<>();
        for (double time = Math.ceil(seconds.low() / stride) * stride; time <= seconds.high(); time += stride) {
            ticks.add(new Ticks.Tick(time, time(Math.round(time), (long) stride)));
        }
        return ticks;
    }

    /** Seconds in the largest unit in which marks so far apart are whole. */
    private static String time(long seconds, long stride) {
        long unit = stride % DAY == 0 ? DAY : stride % HOUR == 0 ? HOUR : stride % MINUTE == 0 ? MINUTE : 1;
        String name = unit == DAY ? " d" : unit == HOUR ? " h" : unit == MINUTE ? " min" : " s";
        return Numbers.whole(seconds / unit) + name;
    }
}
