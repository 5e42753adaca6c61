package observatory.ui;

import java.time.Duration;
import java.util.Optional;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.ui.chart.Numbers;
import observatory.ui.data.Extent;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;

/** What the line above the screens says of a run. Texts are empty where there is nothing to say. */
public record Header(String run, String step, String loss, String speed, String remaining) {
    private static final int RECENT = 64;

    public static Header of(Recording run) {
        String name = run.run().value();
        Optional<Frame> latest = run.latest();
        if (latest.isEmpty()) {
            return new Header(name, "waiting for the first step", "", "", "");
        }
        Frame frame = latest.get();
        long target = target(run);
        String incarnation = frame.origin().incarnation() == 0
                ? ""
                : "  incarnation " + frame.origin().incarnation();
        String step = "step " + Numbers.whole(frame.step()) + (target > 0 ? " of " + Numbers.whole(target) : "");
        double seconds = mean(run, Scalars.STEP_SECONDS);
        double tokens = mean(run, Scalars.TOKENS);
        String speed = seconds > 0 && tokens > 0 ? Numbers.of(tokens / seconds) + " tokens/s" : "";
        boolean going = !run.ended() && target > frame.step() && seconds > 0;
        String remaining = going
                ? Numbers.duration(Duration.ofMillis((long) (1000 * seconds * (target - frame.step())))) + " left"
                : "";
        return new Header(name + incarnation, step, loss(run, frame), speed, remaining);
    }

    private static String loss(Recording run, Frame frame) {
        if (frame.scalars().find(Scalars.LOSS).isEmpty()) {
            return "";
        }
        return "loss " + Numbers.of(frame.scalars().find(Scalars.LOSS).getAsDouble());
    }

    private static long target(Recording run) {
        String steps = run.manifest().getOrDefault("steps", "");
        return steps.matches("\\d{1,15}") ? Long.parseLong(steps) : 0;
    }

    /** The mean of a scalar over the latest rows; 0 where it was not measured. */
    private static double mean(Recording run, String scalar) {
        Optional<Series> series = run.scalar(scalar);
        if (series.isEmpty()) {
            return 0;
        }
        double sum = 0;
        int count = 0;
        int end = Math.min(run.frames().size(), series.get().size());
        Extent one = new Extent();
        for (int row = Math.max(0, end - RECENT); row < end; row++) {
            one.clear().add(series.get().at(row));
            if (one.hasFinite()) {
                sum += one.last();
                count++;
            }
        }
        return count == 0 ? 0 : sum / count;
    }
}
