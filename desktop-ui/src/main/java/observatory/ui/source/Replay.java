package observatory.ui.source;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import observatory.analysis.RunWatch;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.ui.Source;
import observatory.ui.data.Recording;

/**
 * A recorded run as a source that can be wound back and forth: at any position it shows exactly what was known then,
 * judged anew by the detectors. Belongs to the thread of the window.
 */
public final class Replay implements Source {
    /** Longer tapes are shown whole, because winding back takes them in again from the start. */
    public static final int LONGEST = 20_000;

    private static final double SLOWEST = 0.25;
    private static final double FASTEST = 100;
    private static final double LEAST_SECONDS = 0.02;
    private static final double MOST_SECONDS = 2;

    private final RunId run;
    private final List<Telemetry> tape;
    private final double secondsPerItem;
    private OptionalInt rank = OptionalInt.empty();
    private Recording recording;
    private RunWatch watch;
    private int position;
    private boolean playing;
    private double speed = 1;
    private double due;

    /** A replay that stands at the end of the tape. */
    public Replay(RunId run, List<Telemetry> tape) {
        this.run = run;
        this.tape = List.copyOf(tape);
        this.secondsPerItem = pace(tape);
        begin();
        wind(tape.size());
    }

    @Override
    public Recording recording() {
        return recording;
    }

    @Override
    public boolean showRank(int shown) {
        int at = position;
        rank = OptionalInt.of(shown);
        begin();
        wind(at);
        return true;
    }

    public int position() {
        return position;
    }

    public int length() {
        return tape.size();
    }

    public boolean playing() {
        return playing;
    }

    public double speed() {
        return speed;
    }

    /** Between 0.25 and 100 times as fast as the run was. */
    public void speed(double times) {
        speed = Math.clamp(times, SLOWEST, FASTEST);
    }

    /** Plays on, from the start where the end was reached; or stops. */
    public void play(boolean on) {
        if (on && position == tape.size()) {
            wind(0);
        }
        playing = on && !tape.isEmpty();
        due = 0;
    }

    /** Lets time pass; takes in what has become due. */
    public void advance(double seconds) {
        if (!playing) {
            return;
        }
        due += seconds * speed / secondsPerItem;
        int steps = (int) due;
        due -= steps;
        wind(position + steps);
        playing = position < tape.size();
    }

    /** One item further, or back. */
    public void step(int by) {
        playing = false;
        wind(position + by);
    }

    /** To just behind so many items of the tape. */
    public void wind(int to) {
        int target = Math.clamp(to, 0, tape.size());
        if (target < position) {
            begin();
        }
        while (position < target) {
            Telemetry item = tape.get(position++);
            recording.accept(item);
            watch.accept(item).forEach(recording::accept);
        }
    }

    private void begin() {
        recording = new Recording(run, rank);
        watch = RunWatch.of(run);
        position = 0;
    }

    /** The median time between two items, within what a person can follow. */
    private static double pace(List<Telemetry> tape) {
        List<Double> gaps = new ArrayList<>();
        for (int i = 1; i < tape.size(); i++) {
            gaps.add((tape.get(i).time().toEpochMilli() - tape.get(i - 1).time().toEpochMilli()) / 1000.0);
        }
        gaps.sort(null);
        double median = gaps.isEmpty() ? 0 : gaps.get(gaps.size() / 2);
        return Math.clamp(median, LEAST_SECONDS, MOST_SECONDS);
    }
}
