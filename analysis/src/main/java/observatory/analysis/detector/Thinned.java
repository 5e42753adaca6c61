package observatory.analysis.detector;

import java.util.ArrayList;
import java.util.List;

/**
 * A series in {@link Blocks} at four scales: of its points, of medians of four points, of medians of four of these, and
 * once more, as if it had been logged 4, 16 and 64 times as rarely. What is lost in the noise of 32 points shows in 2,048.
 *
 * @param waiting values of each scale that the next one has not taken yet, finest first
 * @param scales finest first
 */
record Thinned(List<Window> waiting, List<Blocks> scales) {
    private static final int BY = 4;
    static final int SCALES = 4;

    Thinned {
        waiting = List.copyOf(waiting);
        scales = List.copyOf(scales);
    }

    static Thinned start() {
        List<Window> waiting = new ArrayList<>();
        List<Blocks> scales = new ArrayList<>();
        for (int i = 0; i < SCALES; i++) {
            waiting.add(Window.of(BY));
            scales.add(Blocks.start());
        }
        return new Thinned(waiting, scales);
    }

    Thinned with(double value) {
        List<Window> rest = new ArrayList<>(waiting);
        List<Blocks> next = new ArrayList<>(scales);
        double here = value;
        for (int i = 0; i < SCALES; i++) {
            next.set(i, scales.get(i).with(here));
            Window filled = waiting.get(i).with(here);
            if (filled.size() < BY) {
                rest.set(i, filled);
                break;
            }
            rest.set(i, Window.of(BY));
            here = filled.recentMedian(BY);
        }
        return new Thinned(rest, next);
    }

    Blocks finest() {
        return scales.getFirst();
    }

    /** Points of a block of this scale. */
    static long points(int scale) {
        return Blocks.SIZE * Math.round(Math.pow(BY, scale));
    }
}
