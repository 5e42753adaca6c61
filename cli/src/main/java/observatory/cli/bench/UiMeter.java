package observatory.cli.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import javafx.animation.AnimationTimer;
import javafx.scene.Scene;
import observatory.ui.frame.MainView;

/**
 * Beats the window as its own timer does and measures each beat: the work of the JavaFX thread from the beginning of
 * the pulse to the end of layout, and how long a frame takes from its arrival to the pulse after the one that drew it,
 * when it is on the screen for certain.
 */
final class UiMeter extends AnimationTimer {
    private static final long BEAT_NANOS = 50_000_000;

    private final MainView main;
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private final List<Double> work = new ArrayList<>();
    private final List<Double> wall = new ArrayList<>();
    private final List<Double> latency = new ArrayList<>();
    private final ConcurrentLinkedQueue<Long> arrived = new ConcurrentLinkedQueue<>();
    /** Charts are drawn by turns: what has come is on all of them with the beat after that which took it in. */
    private final List<Long> halfDrawn = new ArrayList<>();

    private final List<Long> drawn = new ArrayList<>();
    private Runnable before = () -> {};
    private long began;
    private long beganCpu;
    private long last;
    private boolean beating;

    UiMeter(MainView main, Scene scene) {
        this.main = main;
        scene.addPostLayoutPulseListener(() -> {
            if (beating) {
                wall.add((System.nanoTime() - began) / 1e6);
                work.add((CPU.getCurrentThreadCpuTime() - beganCpu) / 1e6);
                beating = false;
            }
        });
    }

    /** A frame has been handed over just now. From any thread. */
    void arrived() {
        arrived.add(System.nanoTime());
    }

    /** What is done before each beat, such as a hand that pans; forgets what was measured so far. */
    void begin(Runnable action) {
        before = action;
        work.clear();
        wall.clear();
        latency.clear();
        arrived.clear();
        drawn.clear();
        halfDrawn.clear();
    }

    @Override
    public void handle(long now) {
        long time = System.nanoTime();
        drawn.forEach(since -> latency.add((time - since) / 1e6));
        drawn.clear();
        if (time - last < BEAT_NANOS) {
            return;
        }
        double seconds = (time - last) / 1e9;
        last = time;
        began = time;
        beganCpu = CPU.getCurrentThreadCpuTime();
        beating = true;
        before.run();
        drawn.addAll(halfDrawn);
        halfDrawn.clear();
        for (Long since = arrived.poll(); since != null; since = arrived.poll()) {
            halfDrawn.add(since);
        }
        main.beat(seconds);
        // What the pulse does after this is part of the work: layout is asked for even where nothing has changed.
        main.node().requestLayout();
    }

    /** Milliseconds of the processor that each beat took the thread of the window, ascending. */
    double[] work() {
        return sorted(work);
    }

    /** The same in wall time, in which other programs on the machine count too. */
    double[] wall() {
        return sorted(wall);
    }

    double[] latency() {
        return sorted(latency);
    }

    private static double[] sorted(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted;
    }

    /** The nearest-rank quantile of ascending values; NaN where there are none. */
    static double quantile(double[] sorted, double share) {
        return sorted.length == 0
                ? Double.NaN
                : sorted[(int) Math.clamp(Math.ceil(share * sorted.length) - 1, 0, sorted.length - 1)];
    }
}
